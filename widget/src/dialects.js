/** Reads the marks of tags that are held back: ours, and those of other tools, as a site moves in with them. */

import { config } from './config.js'
import * as tools from './tools.js'

const OWN = 'data-category' // also of vanilla-cookieconsent and Complianz

/** @type {Record<string, string>} */
const ALIASES = Object.create(null)
for (const [name, words] of Object.entries(tools.WORDS)) {
  for (const word of [name, ...words.split(' ')]) ALIASES[word] = name
}

/**
 * Returns our word for a category; a word that nobody knows comes back as it is.
 * @param {string} word
 */
export function category(word) {
  const name = word.trim().toLowerCase().replace(/^cookieyes-/, '')
  return ALIASES[name] || name
}

/** @param {string} name */
const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * Returns the categories that a word stands for: it names one, or a vendor whose items the scan
 * has sorted, and then all that they are sorted into.
 * @param {string} word
 */
export function categories(word) {
  const vendor = plain(word)
  const sorted = config.items.filter((item) => item.vendor && plain(item.vendor) === vendor)
  return sorted.length ? [...new Set(sorted.map((item) => item.category))] : [category(word)]
}

const MARKS = [OWN, ...tools.MARKS]

/** Attributes that keep an element's address; the value: what they become. @type {Record<string, string>} */
const ADDRESSES = {
  'data-src': 'src',
  'data-srcset': 'srcset',
  'data-href': 'href',
  ...tools.ADDRESSES,
}

const GROUPS = /(?:^|\s)(?:optanon-category|ot-vscat)-([\w-]+)/

const any = (/** @type {string[]} */ names) => names.map((name) => `[${name}]`)
const MARKED = `:is(${[...any(MARKS), ...tools.CLASSES.map((name) => `[class*=${name}]`)]})`
const HELD = ':is(iframe,img,video,audio,source,embed,object,link)'

/** Scripts that are held back. */
export const SCRIPTS = `script:is([type="text/plain"],[type="didomi/javascript"])${MARKED}`

/** All that is held back. */
export const TAGS = `${SCRIPTS},${HELD}${MARKED}:is(${any(Object.keys(ADDRESSES))})`

/**
 * Returns what *tag* waits for: categories that must all be granted, or, where they begin with !,
 * refused.
 * @param {Element} tag
 * @returns {string[]}
 */
export function conditions(tag) {
  const mark = MARKS.find((name) => tag.hasAttribute(name))
  const value = (mark && tag.getAttribute(mark)) || ''
  const groups = GROUPS.exec(tag.getAttribute('class') || '')
  let words = mark && tools.NAMES.includes(mark) ? [value] : value.split(/[\s,]+/)
  if (mark === 'data-iub-purposes') words = words.map((number) => tools.NUMBERS[+number] || number)
  if (!mark && groups) words = groups[1].split(/-(?=C\d)/i)
  const found = words.filter(Boolean).flatMap((word) => {
    const refused = word[0] === '!' ? '!' : ''
    return categories(word.slice(refused.length)).map((name) => refused + name)
  })
  return found.length ? found : ['unclassified']
}

/**
 * Returns the element's addresses that are kept back, by the attribute that they belong into.
 * @param {Element} tag
 * @returns {[string, string][]}
 */
export const addresses = (tag) =>
  Object.entries(ADDRESSES).flatMap(([kept, name]) => {
    const value = tag.getAttribute(kept)
    return value ? [/** @type {[string, string]} */ ([name, value])] : []
  })

/** Links and buttons that open the choices again. */
export const REVISIT = ['[href="#cookie-preferences"]', ...tools.REVISIT].join()
