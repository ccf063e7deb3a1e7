/** What other consent tools write into the pages of a site that moves in: words, attributes, links. */

/** Their words for our categories. @type {Record<string, string>} */
export const WORDS = {
  necessary: 'essential strictly-necessary c0001',
  functional: 'preferences personalization functionality experience c0003',
  statistics: 'analytics performance measurement statistics-anonymous c0002',
  marketing: 'advertising advertisement targeting social social_networking c0004 c0005',
}

/** iubenda numbers its purposes. */
export const NUMBERS = ['', 'necessary', 'functional', 'functional', 'statistics', 'marketing']

/** Attributes that say what a tag waits for, and of which tool; the first that is there decides. */
export const MARKS = [
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
export const NAMES = ['data-usercentrics', 'data-vendor', 'data-name']

/** Attributes that keep an element's address; the value: what they become. @type {Record<string, string>} */
export const ADDRESSES = {
  'data-cookieblock-src': 'src', // Cookiebot
  'data-cmplz-src': 'src', // Complianz
  'data-src-cmplz': 'src',
  'data-suppressedsrc': 'src', // iubenda
  suppressedsrc: 'src',
  'uc-src': 'src', // Usercentrics
}

/** Marks in the class: OneTrust's groups, `optanon-category-C0002-C0004`; those of iubenda. */
export const CLASSES = ['optanon-category-', 'ot-vscat-', '_iub_cs_activate']

/** Links and buttons that open the choices again. */
export const REVISIT = [
  '[data-cc="show-preferencesModal"]',
  '[href="#tarteaucitron"]',
  '[href="#c15t-preferences"]',
  '.ot-sdk-show-settings',
  '.cky-banner-element',
  '.cmplz-show-banner',
  '.iubenda-cs-preferences-link',
]
