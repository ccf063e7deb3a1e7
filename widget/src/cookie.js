/** The cookie `kapsel_consent`: the visitor's answer, in at most 200 bytes. */

import { config, OPTIONAL } from './config.js'
import { marks } from './seen.js'

const NAME = 'kapsel_consent'
const DAY = 864e5 // milliseconds

const kept = () => new URLSearchParams(readCookies()[NAME])

/** Returns the marks of the vendors that the visitor was told of when she answered. */
export const keptMarks = () => kept().get('seen') || ''

/**
 * Returns the cookie's answer if it is not too old, else null. Where the catalogue has changed
 * since, it holds only the categories in which nothing more is asked.
 * @returns {import('../types/kapsel').Answer | null}
 */
export function readCookie() {
  const fields = kept()
  const field = (/** @type {string} */ name) => fields.get(name) || ''
  const at = +field('at')
  const age = Date.now() - at
  // a clock that was a little wrong is no reason to ask again
  if (!(age > -DAY && age < config.banner.remember_days * DAY)) return null
  const revision = field('revision')
  const same = revision === config.revision
  /** @type {Record<string, boolean>} */
  const choices = {}
  let moved = false
  for (const pair of field('choices').split('|')) {
    const [name, answer, part] = pair.split(':')
    if (!OPTIONAL.includes(name)) continue
    const parts = config.category_revisions[name] || ''
    if (same || (part && parts.includes(part))) choices[name] = answer === '1'
    moved ||= part !== first(parts)
  }
  const fresh = config.categories.some((name) => !(name in choices))
  // a change that no category shows is one in all of them
  if (!Object.keys(choices).length || !(same || moved || fresh)) return null
  return {
    id: field('id'),
    revision,
    choices,
    action: /** @type {import('../types/kapsel').Action} */ (field('action')),
    decided_at: new Date(at).toISOString(),
  }
}

/** Returns today's of the revisions of a category; those after it asked for no less. @param {string} parts */
const first = (parts) => parts.slice(0, 4)

/**
 * Keeps *answer*, for as long when it is a no as when it is a yes; null forgets it.
 * @param {import('../types/kapsel').Answer | null} answer
 */
export function writeCookie(answer) {
  let value = ''
  if (answer) {
    const choices = Object.entries(answer.choices).map(
      ([name, yes]) => `${name}:${yes ? 1 : 0}:${first(config.category_revisions[name] || '')}`,
    )
    value =
      `id=${answer.id}&revision=${answer.revision}&choices=${choices.join('|')}` +
      `&at=${Date.parse(answer.decided_at)}&action=${answer.action}&seen=${marks()}`
  }
  const age = answer ? config.banner.remember_days * (DAY / 1e3) : 0
  const domain = sharedDomain()
  setCookie(
    `${NAME}=${value};Max-Age=${age};Path=/;SameSite=Lax` +
      (domain ? `;Domain=${domain}` : '') +
      (isSecureContext ? ';Secure' : ''),
  )
}

/** Returns the page's cookies by name; of several with one name, the first, as servers do. */
export function readCookies() {
  /** @type {Record<string, string>} */
  const jar = Object.create(null)
  try {
    for (const pair of document.cookie.split('; ')) {
      const at = pair.indexOf('=')
      const name = at < 0 ? '' : pair.slice(0, at)
      if (!(name in jar)) jar[name] = pair.slice(at + 1)
    }
  } catch {
    // a sandboxed document has no cookies
  }
  return jar
}

/** @param {string} text */
export function setCookie(text) {
  try {
    document.cookie = text
  } catch {
    // a sandboxed document keeps no cookies: the answer holds until the page is left
  }
}

/** Returns the longest of the site's registrable domains that this host lies under. */
function sharedDomain() {
  const host = location.hostname
  return config.cookie_domains
    .filter((domain) => host === domain || host.endsWith('.' + domain))
    .sort((a, b) => b.length - a.length)[0]
}
