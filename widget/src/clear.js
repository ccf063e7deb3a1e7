/** Removes what the refused categories stored: exactly the scan's items, never what merely looks alike. */

import { readCookies, setCookie } from './cookie.js'
import { config, OPTIONAL } from './config.js'
import { granted } from './store.js'

/** @type {Record<string, (name: string) => unknown>} */
const REMOVERS = {
  cookie: removeCookie,
  local_storage: (name) => localStorage.removeItem(name),
  session_storage: (name) => sessionStorage.removeItem(name),
  indexed_db: (name) => indexedDB.deleteDatabase(name),
  cache_storage: (name) => caches.delete(name),
}

/** @type {Record<string, () => string[]>} */
const NAMES = {
  cookie: () => Object.keys(readCookies()),
  local_storage: () => Object.keys(localStorage),
  session_storage: () => Object.keys(sessionStorage),
}

/** Removes every first-party item of each category that the visitor has not granted. */
export function clearRefused() {
  for (const { name, kind, category, party } of config.items) {
    if (party !== 'first' || !OPTIONAL.includes(category) || granted(category)) continue
    try {
      for (const found of matching(name, NAMES[kind]?.())) REMOVERS[kind]?.(found)
      const left = NAMES[kind] ? matching(name, NAMES[kind]()) : []
      if (left.length) console.warn('kapsel: could not be removed:', ...left)
    } catch {
      // storage that is denied to us holds nothing of ours
    }
  }
}

/**
 * Returns those of the names *present* that an item of the catalogue stands for; a * in it stands
 * for any characters.
 * @param {string} item
 * @param {string[]} [present] none: this kind of storage cannot be listed
 */
export function matching(item, present) {
  if (!present) return [item]
  const pattern = new RegExp(
    '^' + item.split('*').map((part) => part.replace(/[^\w]/g, '\\$&')).join('.*') + '$',
    's',
  )
  return present.filter((name) => pattern.test(name))
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
      const cookie = `${name}=;Max-Age=0;Path=${path}${domain && `;Domain=${domain}`}${secure}`
      setCookie(cookie)
      if (secure) setCookie(cookie + ';SameSite=None;Partitioned')
    }
  }
}

/** @param {string} host */
function domains(host) {
  const labels = host.split('.')
  return ['', ...labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'))]
}

/** @param {string} path */
function paths(path) {
  const found = ['/']
  for (let at = 1; at <= path.length; at++) {
    if (path[at] === '/') found.push(path.slice(0, at), path.slice(0, at + 1))
    else if (at === path.length) found.push(path)
  }
  return found
}
