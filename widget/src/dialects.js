/**
 * How other consent tools mark the tags that they hold back. A site that moves in keeps its marks;
 * so this is a table of other people's attributes, and of their words for our categories.
 */

import { config } from './config.js'

/** @type {Record<string, string>} */
const ALIASES = Object.create(null)
for (const [name, words] of Object.entries({
  necessary: 'essential strictly-necessary c0001',
  functional: 'preferences personalization functionality experience c0003',
  statistics: 'analytics performance measurement statistics-anonymous c0002',
  marketing: 'advertising advertisement targeting social social_networking c0004 c0005',
})) {
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

/** iubenda numbers its purposes. */
const NUMBERS = ['', 'necessary', 'functional', 'functional', 'statistics', 'marketing']

/** Attributes that say what a tag waits for, and of which tool; the first that is there decides. */
const MARKS = [
  'data-category', // Kapsel, vanilla-cookieconsent, Complianz
  'data-cookieconsent', // Cookiebot, NHS
  'data-cookieyes',
  'data-categories', // Termly
  'data-osano',
  'data-cc-category', // Civic
  'data-cookie-consent', // Probo
  'data-c15t-category',
  'data-iub-purposes', // iubenda
  'data-usercentrics', // names a service
  'data-purposes', // Didomi
  'data-vendor',
  'data-name', // klaro; names a service
]

/** Marks whose value is one name, which may hold spaces. */
const NAMES = ['data-usercentrics', 'data-vendor', 'data-name']

/** Attributes that keep an element's address; the value: what they become. */
const ADDRESSES = /** @type {Record<string, string>} */ ({
  'data-src': 'src',
  'data-srcset': 'srcset',
  'data-href': 'href',
  'data-cookieblock-src': 'src', // Cookiebot
  'data-cmplz-src': 'src', // Complianz
  'data-src-cmplz': 'src',
  'data-suppressedsrc': 'src', // iubenda
  suppressedsrc: 'src',
  'uc-src': 'src', // Usercentrics
})

/** OneTrust writes the groups into the class: `optanon-category-C0002-C0004`. */
const GROUPS = /(?:^|\s)(?:optanon-category|ot-vscat)-([\w-]+)/

const any = (/** @type {string[]} */ names) => names.map((name) => `[${name}]`).join()
const MARKED = `:is(${any(MARKS)},[class*=optanon-category-],[class*=ot-vscat-],[class*=_iub_cs_activate])`
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
  let words = mark && NAMES.includes(mark) ? [value] : value.split(/[\s,]+/)
  if (mark === 'data-iub-purposes') words = words.map((number) => NUMBERS[+number] || number)
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

/** Links and buttons of other tools' that open the choices again. */
export const REVISIT = [
  '[href="#cookie-preferences"]',
  '[data-cc="show-preferencesModal"]',
  '[href="#tarteaucitron"]',
  '[href="#c15t-preferences"]',
  '.ot-sdk-show-settings',
  '.cky-banner-element',
  '.cmplz-show-banner',
  '.iubenda-cs-preferences-link',
].join()
