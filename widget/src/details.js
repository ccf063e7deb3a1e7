/** What each item is for and how long it stays: asked of the server when a visitor wants to know. */

import { server } from './config.js'
import { language } from './language.js'

const UNITS = /** @type {[string, number][]} */ ([
  ['year', 31536e3],
  ['month', 2592e3],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
])

/** @type {Promise<any[]> | null} */
let asked = null

/**
 * Returns all that is known of the site's items; none, when the server cannot be reached.
 * @returns {Promise<{ name: string, kind: string, domain: string, purpose: Record<string, string>, lifetime: number | null }[]>}
 */
export function details() {
  asked = asked || ask()
  return asked
}

async function ask() {
  try {
    const answer = await fetch(`${server?.slice(0, -1)}.json`, { credentials: 'omit' })
    const { items } = await answer.json()
    if (Array.isArray(items)) return items
  } catch {
    // then the names alone are told
  }
  asked = null // perhaps the next time
  return []
}

/**
 * Says how long *seconds* are, in the unit that people would use.
 * @param {number} seconds
 */
export function duration(seconds) {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) || ['second', 1]
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: 0,
  }).format(seconds / length)
}
