/** The visitor's answer: read once, changed by `decide` alone, told to all who listen. */

import { readCookie, writeCookie } from './cookie.js'
import { config, NECESSARY, OPTIONAL } from './config.js'
import { shielded } from './fault.js'
import { uuid } from './uuid.js'

/**
 * @typedef {import('../types/kapsel').Action} Action
 * @typedef {import('../types/kapsel').Choices} Choices
 * @typedef {import('../types/kapsel').Answer} Answer
 * @typedef {import('../types/kapsel').Surface} Surface
 * @typedef {{
 *   answer: Answer,
 *   changed: string[],
 *   withdrawn: string[],
 *   own: boolean,
 *   surface?: Surface,
 * }} Change `own`: decided in this very page, not taken over from another tab
 */

/** @type {Answer | null} */
let answer = null

/** Categories that the visitor is asked about: the scan's, and those of tags met on the page. */
const offered = new Set(config.categories)

/** @type {Record<'meet' | 'paint' | 'settle', ((change: any) => void)[]>} */
const listeners = { meet: [], paint: [], settle: [] }

/** @type {(() => void) | null} */
let settle = null

/** Returns what the visitor answered; null while she has not. */
export const current = () => answer

/** Returns the categories that are asked about, in the order of the banner. */
export const asked = () => OPTIONAL.filter((name) => offered.has(name))

/** Returns the categories that the visitor has not answered for yet. */
export const pending = () => asked().filter((name) => !(name in (answer?.choices || {})))

/**
 * Returns the same choice for each category that is open; when none is, for every one.
 * @param {boolean} value
 * @param {string[]} [names]
 * @returns {Choices}
 */
export const all = (value, names = pending()) =>
  Object.fromEntries((names.length ? names : every()).map((name) => [name, value]))

/** Returns all categories that are or have been asked about, on this page or another. */
export const every = () => [...new Set([...asked(), ...Object.keys(answer?.choices || {})])]

/**
 * Says whether a category is granted. One that nobody has sorted needs a yes to all the others.
 * @param {string} name
 */
export function granted(name) {
  if (name === NECESSARY) return true
  if (!answer) return false
  if (OPTIONAL.includes(name)) return answer.choices[name] === true
  const names = asked()
  return names.length > 0 && names.every((other) => answer?.choices[other])
}

/**
 * Calls back on one of three occasions, in the order of subscription: `meet` when a category is
 * newly asked about, `paint` at once when the visitor has decided, `settle` after the next frame.
 * @param {'meet' | 'paint' | 'settle'} occasion
 * @param {(change: Change) => void} listener
 */
export const subscribe = (occasion, listener) => void listeners[occasion].push(listener)

/**
 * Asks about a category from now on. A word that nobody knows stands for all of them where
 * nothing else is asked: only a yes to all can release it.
 * @param {string} name
 */
export function meet(name) {
  const before = offered.size
  if (OPTIONAL.includes(name)) offered.add(name)
  else if (name !== NECESSARY && !before) OPTIONAL.forEach((other) => offered.add(other))
  if (offered.size > before) tell('meet')
}

/** Takes over the answer that the cookie holds, if it still stands. */
export function recall() {
  const kept = readCookie()
  if (!kept || kept.id === answer?.id) return
  const change = difference(kept, false)
  answer = kept
  tell('paint', change)
  tell('settle', change)
}

/**
 * Takes the visitor's decision; what it leaves out stays as it was. It holds at once and is painted first; a frame later it is
 * stored, then signalled, then sent.
 * @param {Choices} choices
 * @param {Action} action
 * @param {Surface} [surface] where she decided; none: it was not decided on this page
 * @param {string[]} names the categories that are answered for
 */
export function decide(choices, action, surface, names = every()) {
  settle?.()
  /** @type {Choices} */
  const complete = {}
  for (const name of names) {
    const open = !(name in choices) && action !== 'withdraw'
    complete[name] = open ? !!answer?.choices[name] : choices[name] === true
  }
  const decided = {
    id: uuid(),
    revision: config.revision,
    choices: complete,
    action,
    decided_at: new Date().toISOString(),
  }
  const change = difference(decided, true, surface)
  answer = decided
  tell('paint', change)
  settle = () => {
    settle = null
    writeCookie(decided)
    tell('settle', change)
  }
  const mine = settle
  const soon = () => settle === mine && mine()
  requestAnimationFrame(() => setTimeout(soon))
  setTimeout(soon, 200) // a page in the background paints no frames
}

/** Forgets the answer, as if the visitor had never been here. */
export function forget() {
  settle?.()
  answer = null
  writeCookie(null)
}

addEventListener('pagehide', () => settle?.())

/**
 * @param {Answer} next
 * @param {boolean} own
 * @param {Surface} [surface]
 * @returns {Change}
 */
function difference(next, own, surface) {
  const was = answer?.choices || {}
  const names = [...new Set([...Object.keys(was), ...Object.keys(next.choices)])]
  return {
    answer: next,
    changed: names.filter((name) => (was[name] || false) !== (next.choices[name] || false)),
    withdrawn: names.filter((name) => was[name] && !next.choices[name]),
    own,
    surface,
  }
}

/** @param {'meet' | 'paint' | 'settle'} occasion @param {Change} [change] */
function tell(occasion, change) {
  for (const listener of listeners[occasion]) {
    shielded('not all was told', () => listener(change))
  }
}
