/** Removes what the refused categories stored: exactly the scan's items, never what merely looks alike. */

import { readCookies, setCookie } from './cookie.js'
import { config, OPTIONAL } from './config.js'
import { granted } from './store.js'

/** @typedef {import('../types/config').Item} Item */

/** @type {Record<string, (name: string) => unknown>} */
const REMOVERS = {
  cookie: removeCookie,
  local_storage: (name) => localStorage.removeItem(name),
  session_storage: (name) => sessionStorage.removeItem(name),
  indexed_db: (name) => indexedDB.deleteDatabase(name),
  cache_storage: (name) => caches.delete(name),
}

/** @type {Record<string, () => object>} */
const KEPT = {
  cookie: readCookies,
  local_storage: () => localStorage,
  session_storage: () => sessionStorage,
}

/** Those that take a moment: only patterns need them. @type {Record<string, () => Promise<any[]>>} */
const LISTED = {
  indexed_db: () => indexedDB.databases(),
  cache_storage: () => caches.keys(),
}

/** What is the site's own: nothing else can be removed from its pages. */
export const own = () => config.items.filter(({ party }) => party === 'first')

/** @param {Item} item */
const isRefused = ({ category }) => OPTIONAL.includes(category) && !granted(category)

/** Returns the site's own items of the categories that the visitor has not granted. */
export const ownRefused = () => own().filter(isRefused)

/** Removes every first-party item of each category that the visitor has not granted. */
export function clearRefused() {
  for (const item of ownRefused()) {
    const { name, kind } = item
    const present = () => KEPT[kind] && refused(item, Object.keys(KEPT[kind]()))
    const remove = (/** @type {string[]} */ names) => names.forEach(REMOVERS[kind])
    try {
      if (LISTED[kind] && name.includes('*')) {
        LISTED[kind]().then((all) => remove(refused(item, all.map((one) => one.name || one))), () => {})
      } else remove(present() || refused(item, [name]))
      report(present() || [])
    } catch {
      // storage that is denied to us holds nothing of ours
    }
  }
}

/** @param {string[]} left */
export const report = (left) => left[0] && console.warn('kapsel: could not be removed:', ...left)

/**
 * Returns those of the names *present* that an item stands for, and no item that is granted.
 * @param {Item} item
 * @param {string[]} present
 */
const refused = ({ name, kind }, present) =>
  matching(name, present).filter(
    (found) =>
      !own().some(
        (other) =>
          other.kind === kind && granted(other.category) && matching(other.name, [found])[0],
      ),
  )

/**
 * Returns those of the names *present* that an item of the catalogue stands for; a * in it stands
 * for any characters.
 * @param {string} item
 * @param {string[]} present
 */
export function matching(item, present) {
  const pattern = item.replace(/[^\w*]/g, '\\$&').replace(/\*/g, '.*')
  return present.filter((name) => new RegExp(`^${pattern}$`, 's').test(name))
}

/**
 * Lets a cookie expire on this host and each parent domain, on each path above this page: the
 * page cannot see where a cookie belongs, and the browser ignores what does not exist.
 * @param {string} name
 */
function removeCookie(name) {
  const secure = isSecureContext ? ';Secure' : ''
  for (const path of paths(location.pathname)) {
    for (const domain of domains(location.hostname)) {
      const cookie = `${name}=;Max-Age=0;Path=${path}${domain}${secure}`
      setCookie(cookie)
      if (secure) setCookie(cookie + ';SameSite=None;Partitioned')
    }
  }
}

/** Returns the ends of a cookie that hold for *host* alone, and for each domain above it. @param {string} host */
const domains = (host) => {
  const labels = host.split('.')
  return ['', ...labels.map((_, at) => ';Domain=' + labels.slice(at).join('.'))]
}

/** Returns all paths that a cookie can have which is sent to *path*. @param {string} path */
const paths = (path) =>
  [...path.matchAll(/\/|$/g)].flatMap(({ index = 0 }) => [
    path.slice(0, index),
    path.slice(0, index + 1),
  ])
