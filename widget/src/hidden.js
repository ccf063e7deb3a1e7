/** Cookies that no script can see go with the server's help. */

import { ownRefused, report } from './clear.js'
import { server } from './config.js'

/**
 * Asks the server to remove the cookies that no script can see. It can if it is reached under the
 * site's own domain; then it answers with those that are left.
 */
export function clearHidden() {
  const names = ownRefused().flatMap((item) => (item.http_only ? item.name : []))
  if (!names[0] || !server) return report(names)
  fetch(server + 'clear', {
    method: 'POST',
    credentials: 'include',
    keepalive: true,
    body: location.pathname, // as text/plain: it needs no preflight
  })
    .then((answer) => (answer.ok ? answer.json() : names))
    .catch(() => names)
    .then(report)
}
