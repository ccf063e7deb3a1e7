/**
 * The guarded level: holds back tags that nobody has marked, by the hosts that the scan found.
 *
 * What the page's own HTML asks for is requested by the browser before any script can act; such a
 * script is kept from running, no more. What scripts ask for is not requested at all.
 */

import { matching, own, ownRefused } from './clear.js'
import { config, server } from './config.js'
import { granted } from './store.js'
import { isReleased } from './tags.js'

/** Hosts that the scan found, and what they are used for. @type {Map<string, Set<string>>} */
const hosts = new Map()

for (const { kind, domain, category, party } of config.items) {
  const request = kind === 'request' || kind === 'beacon'
  // a host of which nothing is known but that it was asked may be what the page is made of
  if (party !== 'third' || (request && category === 'unclassified')) continue
  const host = domain.replace(/^\./, '')
  hosts.set(host, (hosts.get(host) || new Set()).add(category))
}

/**
 * Returns the categories that an address waits for; none: it may be asked.
 * @param {unknown} address
 * @returns {string[]}
 */
function waitsFor(address) {
  let host
  try {
    host = new URL(String(address), document.baseURI).hostname
  } catch {
    return []
  }
  if (host === location.hostname || (server && host === new URL(server).hostname)) return []
  const labels = host.split('.')
  for (let at = 0; at < labels.length - 1; at++) {
    const found = hosts.get(labels.slice(at).join('.'))
    if (!found) continue
    const categories = [...found]
    // what the page needs is needed, whatever else the host does
    return categories.includes('necessary') || categories.every(granted) ? [] : categories
  }
  return []
}

/**
 * Turns an element into one that is marked.
 * @param {Element} tag
 * @param {string} address
 * @param {string[]} categories
 */
function hold(tag, address, categories) {
  tag.removeAttribute('src')
  tag.setAttribute('data-src', address)
  tag.setAttribute('data-category', categories.join())
  if (tag instanceof HTMLScriptElement) {
    if (tag.type) tag.dataset.type = tag.type
    tag.type = 'text/plain'
  }
}

/** @param {Element} tag */
const holdable = (tag) => /^(script|iframe|img)$/.test(tag.localName)

/** The host of a frame that the visitor has asked the server for, this time only. */
const once = /** @type {HTMLScriptElement | null} */ (document.currentScript)?.dataset.once

/**
 * Returns the categories that an element waits for before it may ask for an address.
 * @param {Element} tag
 * @param {unknown} address
 */
function needs(tag, address) {
  const wanted = once && tag.localName === 'iframe' && `${address}`.includes(`//${once}/`)
  return isReleased(tag) || wanted ? [] : waitsFor(address)
}

/**
 * Replaces a method, or the setter of a property, by one that may refuse.
 * @param {any} owner
 * @param {string} name
 * @param {(native: (...values: any[]) => any) => (...values: any[]) => any} make
 */
function replace(owner, name, make) {
  const found = owner && Object.getOwnPropertyDescriptor(owner, name)
  if (!found) return
  const place = found.set ? 'set' : 'value'
  Object.defineProperty(owner, name, { ...found, [place]: make(found[place]) })
}

/**
 * Says whether something of this name may not be stored yet.
 * @param {string} kind
 * @param {unknown} name
 */
function mayNotStore(kind, name) {
  const meant = (/** @type {import('../types/config').Item} */ item) =>
    item.kind === kind && matching(item.name, [`${name}`])[0]
  return ownRefused().some(meant) && !own().some((item) => granted(item.category) && meant(item))
}

const inner = /** @type {PropertyDescriptor} */ (
  Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML')
)

/**
 * Returns markup in which what must wait is marked; itself, when there is nothing.
 * @param {unknown} markup
 */
function marked(markup) {
  if (typeof markup !== 'string' || ![...hosts.keys()].some((host) => markup.includes(host))) {
    return markup
  }
  const box = document.implementation.createHTMLDocument('').createElement('template')
  let found = false
  try {
    inner.set?.call(box, markup) // nothing in there is asked for
  } catch {
    return markup // Trusted Types: the page refuses it as well
  }
  for (const tag of box.content.querySelectorAll('script,iframe,img')) {
    const address = tag.getAttribute('src')
    const categories = address ? needs(tag, address) : []
    if (!categories.length || tag.getAttribute('type') === 'text/plain') continue
    hold(tag, /** @type {string} */ (address), categories)
    found = true
  }
  return found ? inner.get?.call(box) : markup
}

/** Marks what a script writes as HTML: an image is asked for before any observer hears of it. */
function guardMarkup() {
  for (const [owner, name] of /** @type {[any, string][]} */ ([
    [Element.prototype, 'innerHTML'],
    [Element.prototype, 'outerHTML'],
    [Element.prototype, 'insertAdjacentHTML'],
    [ShadowRoot.prototype, 'innerHTML'],
    [Document.prototype, 'write'],
    [Document.prototype, 'writeln'],
  ])) {
    replace(
      owner,
      name,
      (native) =>
        /** @this {any} */ function (/** @type {any[]} */ ...values) {
          const texts = values.every((value) => typeof value === 'string') // not trusted objects
          // what is split over several values is one piece of markup
          if (/^write/.test(name) && texts) values = [values.join('')]
          values.push(marked(values.pop()))
          return native.apply(this, values)
        },
    )
  }
}

/** A removal is never refused. */
const REMOVES = /;\s*(max-age\s*=\s*(0|-)|expires\s*=[^;]*19[67]\d)/i

/** Refuses what the scan found in a category that is not granted. A script sees no more of it. */
function guardStorage() {
  replace(
    Document.prototype,
    'cookie',
    (native) =>
      /** @this {any} */ function (/** @type {unknown} */ text) {
        const name = `${text}`.split(/[=;]/)[0].trim()
        if (!mayNotStore('cookie', name) || REMOVES.test(`${text}`)) native.call(this, text)
      },
  )
  replace(
    /** @type {any} */ (window).CookieStore?.prototype,
    'set',
    (native) =>
      /** @this {any} */ async function (/** @type {any} */ cookie, /** @type {any} */ ...rest) {
        if (!mayNotStore('cookie', cookie.name || cookie)) return native.call(this, cookie, ...rest)
      },
  )
  replace(
    Storage.prototype,
    'setItem',
    (native) =>
      /** @this {any} */ function (/** @type {string} */ name, /** @type {string} */ value) {
        const kind = this === sessionStorage ? 'session_storage' : 'local_storage'
        if (!mayNotStore(kind, name)) native.call(this, name, value)
      },
  )
  for (const [kind, owner] of /** @type {[string, any][]} */ ([
    ['indexed_db', window.IDBFactory],
    ['cache_storage', window.CacheStorage],
  ])) {
    replace(
      owner?.prototype,
      'open',
      (native) =>
        /** @this {any} */ function (/** @type {string} */ name, /** @type {any[]} */ ...rest) {
          if (!mayNotStore(kind, name)) return native.call(this, name, ...rest)
          const refusal = new DOMException('held back until the visitor agrees', 'SecurityError')
          if (kind === 'indexed_db') throw refusal // as where storage is denied
          return Promise.reject(refusal)
        },
    )
  }
}

/**
 * Begins to guard, where the site asks for it. Only what comes later than this is seen: the tag
 * must be the first script of the page, and not `async`.
 * @param {() => void} changed called when an element of the page has been held back
 */
export function guard(changed) {
  if (config.banner.blocking === 'marked') return

  guardStorage()
  for (const owner of [HTMLScriptElement, HTMLIFrameElement, HTMLImageElement]) {
    replace(
      owner.prototype,
      'src',
      (native) =>
        /** @this {any} */ function (/** @type {unknown} */ address) {
          const categories = needs(this, address)
          if (!categories.length) return native.call(this, address)
          hold(this, String(address), categories)
          changed()
        },
    )
  }
  replace(
    Element.prototype,
    'setAttribute',
    (native) =>
      /** @this {any} */ function (/** @type {string} */ name, /** @type {unknown} */ value) {
        const categories = /^src$/i.test(name) && holdable(this) ? needs(this, value) : []
        if (!categories.length) return native.call(this, name, value)
        hold(this, String(value), categories)
        changed()
      },
  )
  replace(
    window,
    'fetch',
    (native) =>
      /** @this {any} */ function (/** @type {any} */ input, /** @type {any} */ options) {
        if (!waitsFor(input.url || input).length) return native.call(window, input, options)
        return Promise.reject(new TypeError('held back until the visitor agrees'))
      },
  )
  replace(
    Navigator.prototype,
    'sendBeacon',
    (native) =>
      /** @this {any} */ function (/** @type {any} */ address, /** @type {any} */ data) {
        return !waitsFor(address).length && native.call(this, address, data)
      },
  )
  const refused = new WeakSet()
  replace(
    XMLHttpRequest.prototype,
    'open',
    (native) =>
      /** @this {any} */ function (/** @type {string} */ method, /** @type {any} */ address, ...rest) {
        const held = waitsFor(address).length > 0
        refused[held ? 'add' : 'delete'](this)
        const open = held ? location.href : address
        return native.call(this, method, open, ...(rest.length ? rest : [true]))
      },
  )
  replace(
    XMLHttpRequest.prototype,
    'send',
    (native) =>
      /** @this {any} */ function (/** @type {any} */ body) {
        if (!refused.has(this)) return native.call(this, body)
        setTimeout(() => this.dispatchEvent(new ProgressEvent('error')))
      },
  )

  guardMarkup()
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue
        for (const tag of [node, ...node.querySelectorAll('script,iframe,img')]) {
          const address = holdable(tag) && tag.getAttribute('src')
          const categories = address ? needs(tag, address) : []
          if (categories.length && tag.getAttribute('type') !== 'text/plain') {
            hold(tag, /** @type {string} */ (address), categories)
          }
        }
      }
    }
  }).observe(document, { childList: true, subtree: true })
}
