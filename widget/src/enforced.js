/**
 * The enforced level: the server has made this page for an answer, and its policy cannot be changed
 * any more. So where the answer is another one, the page is asked for again.
 */

import { addresses } from './dialects.js'
import { config, OPTIONAL } from './config.js'
import { setCookie } from './cookie.js'
import { current, granted } from './store.js'

const tag = /** @type {HTMLScriptElement | null} */ (document.currentScript)

/** The categories for which the server made this page; none: it does not say. */
const madeFor = tag?.dataset.granted

/** Says whether a middleware has made this page: it also removes what no script can see. */
export const isServed = () => madeFor !== undefined

/** Milliseconds in which the server may take the decision before the page is asked for again. */
const PATIENCE = 1000

/** Seconds in which the page must come back that a visitor wants one frame in. */
const SOON = 10

/**
 * Asks for the page again when the visitor has decided otherwise: what she has granted may come,
 * and what she has taken back stops. What she grants in another tab waits for the next page.
 * @param {import('./store.js').Change} change
 * @param {unknown} sent settles when the server has the decision; a slow one is not waited for
 */
export function renew({ changed, withdrawn, own }, sent) {
  if (config.banner.blocking !== 'enforced' || !(own ? changed : withdrawn).length) return
  Promise.race([sent, new Promise((resolve) => setTimeout(resolve, PATIENCE))]).finally(() =>
    location.reload(),
  )
}

/** Asks again, once, for a page that comes out of a cache and was made for another answer. */
export function renewStale() {
  const [entry] = performance.getEntriesByType('navigation')
  const again = /** @type {any} */ (entry)?.type === 'reload'
  if (madeFor === undefined || !current() || again) return
  if (OPTIONAL.filter(granted).join() !== madeFor) location.reload()
}

/**
 * Asks for the page again with the host of one frame allowed; says whether it does.
 * @param {Element} frame
 */
export function renewFor(frame) {
  if (madeFor === undefined) return false
  const { host } = new URL(addresses(frame)[0]?.[1] || '', document.baseURI)
  const secure = isSecureContext ? ';Secure' : ''
  setCookie(`kapsel_once=${host};Max-Age=${SOON};Path=/;SameSite=Lax${secure}`)
  location.reload()
  return true
}
