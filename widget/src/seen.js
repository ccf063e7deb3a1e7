/** Which vendors the visitor was told of when she answered, so that the next question can be short. */

import { config } from './config.js'

const KEY = 'kapsel_seen'

/** @param {string[]} categories */
const vendors = (categories) => [
  ...new Set(
    config.items.flatMap(({ vendor, category }) =>
      vendor && categories.includes(category) ? [vendor] : [],
    ),
  ),
]

/**
 * Notes the vendors of *categories* as seen.
 * @param {string[]} categories
 */
export function noteSeen(categories) {
  try {
    localStorage.setItem(KEY, JSON.stringify(vendors(categories)))
  } catch {
    // then the next question names no differences
  }
}

/**
 * Returns the vendors of *categories* that the visitor has not been told of.
 * @param {string[]} categories
 * @returns {string[]}
 */
export function unseen(categories) {
  try {
    const seen = JSON.parse(localStorage.getItem(KEY) || '')
    return vendors(categories).filter((vendor) => !seen.includes(vendor))
  } catch {
    return []
  }
}
