/** Which vendors the visitor was told of when she answered, so that the next question names the new. */

import { config, OPTIONAL } from './config.js'

/** In the cookie each vendor has two characters; more vendors than these find no room there. */
const MOST = 16

/** @param {string[]} categories */
const vendors = (categories) => [
  ...new Set(
    config.items.flatMap(({ vendor, category }) =>
      vendor && categories.includes(category) ? [vendor] : [],
    ),
  ),
]

/** @param {string} vendor */
const mark = (vendor) =>
  [...vendor]
    .reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) || 0)) % 1296, 7)
    .toString(36)
    .padStart(2, '0')

/** Returns the marks of all vendors that visitors are told of now; empty: they are too many. */
export function marks() {
  const all = vendors(OPTIONAL)
  return all.length > MOST ? '' : all.map(mark).join('')
}

/**
 * Returns the vendors of *categories* whose mark is not among those that were kept.
 * @param {string[]} categories
 * @param {string} kept empty: it is not known which were
 */
export function unseen(categories, kept) {
  const known = kept.match(/../g)
  return known ? vendors(categories).filter((vendor) => !known.includes(mark(vendor))) : []
}
