/**
 * Reads what the visitor once answered to another consent tool on this site. A refusal is taken
 * over. A consent was given to another question: it is taken over only where the site's owner has
 * confirmed, word by word, what it was given to.
 */

import { config } from './config.js'
import { readCookies } from './cookie.js'
import { categories } from './dialects.js'
import { asked } from './store.js'

/** Cookies of other tools that hold an answer: vanilla-cookieconsent, Cookiebot, OneTrust, … */
const COOKIES =
  /^(cc_cookie|CookieConsent|OptanonConsent|cookieyes-consent|klaro|tarteaucitron|cmplz_\w+|fides_consent)$/

/** A word and its answer, in whichever of their notations: `a:true`, `"a":1`, `a=allow`, `a:yes`. */
const PAIR = /([\w-]+)["']?\s*[:=]\s*["']?(true|false|yes|no|allow|deny|1|0)\b/g

const YES = ['true', 'yes', 'allow', '1']

/** @typedef {{ tool: string, word: string, yes: boolean, means: string[] }} Said */

/**
 * Returns the answers that were given elsewhere and stand here, by category.
 * @param {boolean} consents whether a yes may be among them
 * @returns {Record<string, boolean>}
 */
export function answeredElsewhere(consents) {
  const said = Object.entries(readCookies())
    .filter(([name]) => COOKIES.test(name))
    .flatMap(([name, value]) => read(name, decoded(value)))
  /** @type {Record<string, boolean>} */
  const answers = {}
  for (const name of asked()) {
    const heard = said.filter(({ means }) => means.includes(name))
    if (heard.length && !heard.some(({ yes }) => yes)) answers[name] = false
    else if (consents && consented(name, heard)) answers[name] = true
  }
  return answers
}

/**
 * Says whether all was agreed to that the owner has confirmed to be *category*.
 * @param {string} category
 * @param {Said[]} heard what was said of it
 */
function consented(category, heard) {
  const needed = heard.flatMap(({ tool }) =>
    Object.entries(confirmed(tool)).flatMap(([word, name]) => (name === category ? tool + word : [])),
  )
  return (
    needed.length > 0 &&
    heard.every(({ yes }) => yes) &&
    needed.every((one) => heard.some(({ tool, word }) => one === tool + word))
  )
}

/** @param {string} tool */
const confirmed = (tool) => config.banner.take_over?.[tool] || {}

/**
 * Returns what the cookie *name* says.
 * @param {string} name
 * @param {string} text
 * @returns {Said[]}
 */
function read(name, text) {
  const tool = name.replace(/^cmplz_.+/, 'cmplz_*') // Complianz has a cookie for each word
  const say = (/** @type {string} */ word, /** @type {boolean} */ yes) => ({
    tool,
    word,
    yes,
    means: confirmed(tool)[word] ? [confirmed(tool)[word]] : categories(word),
  })
  const pairs = [...`${name.replace('cmplz_', '')}=${text}`.matchAll(PAIR)]
  const said = pairs.map(([, word, answer]) => say(word, YES.includes(answer)))
  // vanilla-cookieconsent keeps a list of what is granted; the rest was refused
  const granted = name === 'cc_cookie' && /"categories":\[([^\]]*)\]/.exec(text)
  if (!granted) return said
  const agreed = [...granted[1].matchAll(/"([^"]*)"/g)].map(([, word]) => say(word, true))
  const rest = asked().filter((category) => !agreed.some(({ means }) => means.includes(category)))
  return [...agreed, ...rest.map((means) => ({ tool, word: '', yes: false, means: [means] }))]
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
