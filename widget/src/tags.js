/** Holds marked tags back, and runs each once, in the order of the document, when it is granted. */

import { nonce, OPTIONAL } from './config.js'
import { addresses, category, conditions, SCRIPTS, TAGS } from './dialects.js'
import { standBack, standIn } from './embeds.js'
import { renewFor } from './enforced.js'
import { shielded } from './fault.js'
import { current, granted, meet } from './store.js'

/** How long a slow script may keep the next inline one waiting, in milliseconds. */
const PATIENCE = 8000

/** Tags that have been run or shown. @type {WeakSet<Element>} */
const done = new WeakSet()

/** Those among them that can be emptied again. @type {Set<HTMLElement>} */
const shown = new Set()

/**
 * Says whether an element was run or shown, and may ask for its address.
 * @param {Element} tag
 */
export const isReleased = (tag) => done.has(tag)

let queue = Promise.resolve()

/** Runs all tags that are granted by now and have not been run; looks through the page first. */
export function runTags() {
  for (const tag of document.querySelectorAll(TAGS)) {
    for (const name of conditions(tag)) {
      // an image may carry a data-category that has nothing to do with consent
      if (tag.localName === 'script' || OPTIONAL.includes(name)) meet(name.replace('!', ''))
    }
    if (tag instanceof HTMLIFrameElement && !done.has(tag) && !allowed(tag)) {
      standIn(tag, () => renewFor(tag) || reveal(tag))
    }
  }
  toggle()
  queue = queue.then(run)
}

/** Watches for tags that come later: during parsing, from a tag manager, from a single-page site. */
export function watchTags() {
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (node instanceof Element && (node.matches(TAGS) || node.querySelector(TAGS))) {
          return runTags()
        }
      }
    }
  }).observe(document, { childList: true, subtree: true })
}

/**
 * Empties the elements whose category is granted no more.
 * @param {import('./store.js').Change} change
 */
export function withdrawTags({ answer, withdrawn }) {
  // what the visitor has loaded just this once stays until she takes something back
  if (!withdrawn.length && answer.action !== 'withdraw') return
  for (const tag of shown) {
    if (allowed(tag)) continue
    shown.delete(tag)
    done.delete(tag)
    for (const [name] of addresses(tag)) {
      if (tag.localName === 'iframe') tag.setAttribute(name, 'about:blank')
      tag.removeAttribute(name)
    }
  }
}

/**
 * Says whether all tags on this page that name a service are granted; no: there is none.
 * @param {string} service
 */
export function serviceGranted(service) {
  const tags = [...document.querySelectorAll(TAGS)].filter(
    (tag) => tag.getAttribute('data-service') === service,
  )
  return tags.length > 0 && tags.every(allowed)
}

/** @param {Element} tag */
const allowed = (tag) =>
  conditions(tag).every((name) =>
    name[0] === '!' ? current() && !granted(name.slice(1)) : granted(name),
  )

/** Shows and hides what Cookiebot's classes `cookieconsent-optin-…` and `…-optout-…` ask for. */
function toggle() {
  const boxes = document.querySelectorAll('[class*=cookieconsent-opt]')
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (boxes)) {
    const wishes = [...box.className.matchAll(/cookieconsent-opt(in|out)-(\w+)/g)]
    const visible = wishes.every(([, wish, name]) => granted(category(name)) === (wish === 'in'))
    box.style.display = visible ? '' : 'none'
  }
}

/** A moment for the browser to answer the visitor between two tags. */
const breathe = () => new Promise((resolve) => setTimeout(resolve))

async function run() {
  /** @type {Promise<unknown> | null} */
  let loading = null
  for (const tag of document.querySelectorAll(TAGS)) {
    if (done.has(tag) || !allowed(tag)) continue
    if (!(tag instanceof HTMLScriptElement)) {
      reveal(/** @type {HTMLElement} */ (tag))
      continue
    }
    done.add(tag)
    const waits = !addresses(tag).length && !tag.src && tag.dataset.type !== 'module'
    if (loading && waits) {
      await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, PATIENCE))])
      loading = null
    }
    // the next one may run where this one cannot
    shielded('a tag could not be run', () => (loading = promote(tag) || loading))
    await breathe()
  }
}

/**
 * Runs one script by giving it back its type and its place: the element, its text and its nonce
 * stay the page's own, so that no policy against injected code is in the way.
 * @param {HTMLScriptElement} tag
 * @returns {Promise<unknown> | null} settled when the next inline script may run; null: at once
 */
function promote(tag) {
  if (nonce && tag.nonce !== nonce) {
    console.warn('kapsel: a tag without the nonce of the page was not run', tag)
    return null
  }
  refuseDocumentWrite()
  for (const [, source] of addresses(tag)) tag.src = trusted(source)
  tag.type = tag.dataset.type || ''
  if (!tag.type) tag.removeAttribute('type')
  const ordered = !tag.hasAttribute('async')
  tag.async = !ordered
  const loaded =
    ordered && (tag.src || tag.type === 'module')
      ? new Promise((resolve) => {
          tag.addEventListener('load', resolve)
          tag.addEventListener('error', resolve)
        })
      : null
  tag.parentNode?.insertBefore(tag, tag.nextSibling)
  return loaded
}

/** @param {HTMLElement} tag */
function reveal(tag) {
  done.add(tag)
  shown.add(tag)
  standBack(tag)
  for (const [name, value] of addresses(tag)) tag.setAttribute(name, value)
}

/** @type {{ createScriptURL(url: string): any } | null} */
let policy = null

/**
 * Returns the address of a script in the form that a page with Trusted Types takes.
 * @param {string} url
 */
function trusted(url) {
  const factory = /** @type {any} */ (window).trustedTypes
  if (!factory) return url
  policy = policy || factory.createPolicy('kapsel', { createScriptURL: (/** @type {string} */ s) => s })
  return /** @type {any} */ (policy).createScriptURL(url)
}

let writeRefused = false

/** A tag that runs late and calls document.write would wipe the page. */
function refuseDocumentWrite() {
  if (writeRefused) return
  writeRefused = true
  for (const name of /** @type {const} */ (['write', 'writeln'])) {
    const original = document[name]
    document[name] = (...texts) => {
      const script = document.currentScript
      if (document.readyState === 'loading' && !(script && done.has(script))) {
        return original.apply(document, texts)
      }
      console.warn('kapsel: document.write was refused: the page is already there', script || '')
    }
  }
}
