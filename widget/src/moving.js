/**
 * Reads what the visitor once answered to another consent tool on this site. A refusal is taken
 * over; a consent is not, as it was given to another question.
 */

import { readCookies } from './cookie.js'
import { categories } from './dialects.js'
import { asked } from './store.js'

/** Cookies of other tools that hold an answer: vanilla-cookieconsent, Cookiebot, OneTrust, … */
const COOKIES =
  /^(cc_cookie|CookieConsent|OptanonConsent|cookieyes-consent|klaro|tarteaucitron|cmplz_\w+|fides_consent)$/

/** A word and its answer, in whichever of their notations: `a:true`, `"a":1`, `a=allow`, `a:yes`. */
const PAIR = /([\w-]+)["']?\s*[:=]\s*["']?(true|false|yes|no|allow|deny|1|0)\b/g

const YES = ['true', 'yes', 'allow', '1']

/**
 * Returns the categories that were refused elsewhere.
 * @returns {Record<string, boolean>} each of them false
 */
export function refusedElsewhere() {
  /** @type {Record<string, boolean>} */
  const answers = {}
  for (const [name, value] of Object.entries(readCookies())) {
    if (!COOKIES.test(name)) continue
    const text = decoded(value)
    const pairs = [...`${name.replace(/^cmplz_/, '')}=${text}`.matchAll(PAIR)]
    for (const [, word, answer] of pairs) note(answers, word, YES.includes(answer))
    if (name === 'cc_cookie') noteList(answers, text)
  }
  return Object.fromEntries(Object.entries(answers).filter(([, yes]) => !yes))
}

/**
 * vanilla-cookieconsent keeps a list of what is granted; the rest was refused.
 * @param {Record<string, boolean>} answers
 * @param {string} text
 */
function noteList(answers, text) {
  const granted = /"categories":\[([^\]]*)\]/.exec(text)
  if (!granted) return
  for (const name of asked()) note(answers, name, false)
  for (const [, word] of granted[1].matchAll(/"([^"]*)"/g)) note(answers, word, true)
}

/**
 * Of several answers for one category, a yes to any of them is not a refusal of it.
 * @param {Record<string, boolean>} answers
 * @param {string} word
 * @param {boolean} yes
 */
function note(answers, word, yes) {
  for (const name of categories(word)) {
    if (asked().includes(name)) answers[name] = yes || answers[name] || false
  }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
