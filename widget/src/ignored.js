/** Counts, where the site's owner wants it, that a visitor was asked on this page and left it unanswered. */

import { config, server } from './config.js'
import { language } from './language.js'
import { post } from './log.js'
import { pending } from './store.js'

/** Tells when the page is left, once for each time that it is shown; says nothing of who left it. */
export function countIgnored() {
  if (config.banner.unanswered) addEventListener('pagehide', tell, { once: true })
}

function tell() {
  if (!server || !pending().length) return
  // a number that nobody could be told is lost: to keep it, the browser would have to store it
  post('ignored', { revision: config.revision, language: language() }).catch(() => {})
}
