/** Which language the banner speaks, and its texts. */

import { config } from './config.js'

/** Norwegian has one name for two written languages; who reads one can read the other. */
const NORWEGIAN = ['no', 'nb', 'nn']

let chosen = ''

/** Returns the language that is spoken: the one set, the page's, the browser's, the site's first. */
export function language() {
  if (chosen) return chosen
  for (const tag of [document.documentElement.lang, ...navigator.languages]) {
    const found = offered(tag)
    if (found) return found
  }
  return config.languages[0]
}

/**
 * Speaks *tag* from now on, if the site offers it.
 * @param {string} tag
 * @returns {boolean} whether it is offered
 */
export function setLanguage(tag) {
  const found = offered(tag)
  if (found) chosen = found
  return !!found
}

/** @param {string} tag */
function offered(tag) {
  const base = tag.toLowerCase().split(/[-_]/)[0]
  return [tag.toLowerCase(), base, ...(NORWEGIAN.includes(base) ? NORWEGIAN : [])]
    .map((name) => config.languages.find((language) => language.toLowerCase() === name))
    .find(Boolean)
}

/** Returns the texts of the language that is spoken. */
export const texts = () => config.texts[language()]

/**
 * Returns *text* with each {name} replaced.
 * @param {string} text
 * @param {Record<string, string>} values
 */
export const fill = (text, values) =>
  text.replace(/{(\w+)}/g, (whole, name) => (name in values ? values[name] : whole))

/**
 * Returns *words* as a list in a sentence: "a, b and c". The server says what stands between them:
 * to ask the browser's own `Intl.ListFormat` would hold a slow phone up for longer than all else.
 * @param {string[]} words
 */
export function list(words) {
  const [pair, middle, end] = texts().joins
  const last = words.length - 1
  return words.map((word, at) => (at ? (at < last ? middle : at > 1 ? end : pair) : '') + word).join('')
}
