/** What the server wrote into this file for one site, and where the server is. */

/* global KAPSEL_CONFIG */

/** @type {import('../types/config').Config} */
export const config = KAPSEL_CONFIG

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript)

/** Where the script lies on the server; a copy that the site serves itself has it in `data-server`. */
const origin = script && (script.dataset.server || script.src)

/** Beside `…/w/shop.js` lie `…/w/shop/consents` and `…/w/shop/declaration`; null: nowhere to ask. */
export const server = origin ? new URL(`./${config.site}/`, new URL(origin, document.baseURI)).href : null

/** The page's nonce, when it has a policy of nonces. */
export const nonce = (script && script.nonce) || ''

export const NECESSARY = 'necessary'

/** What a visitor may be asked about, in the order of the banner. */
export const OPTIONAL = ['functional', 'statistics', 'marketing']
