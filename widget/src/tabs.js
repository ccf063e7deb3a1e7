/** Tells the site's other open tabs that the visitor has decided. */

/** @type {BroadcastChannel | null} */
let channel = null

/**
 * Calls back when another tab has a new answer, which the channel tells, or the list of unsent
 * decisions where there is no channel; between sub-domains, when this one is looked at.
 * @param {() => void} listener
 */
export function watchTabs(listener) {
  const open = () => {
    channel = 'BroadcastChannel' in window ? new BroadcastChannel('kapsel') : null
    if (channel) channel.onmessage = listener
  }
  open()
  // an open channel would keep the page out of the cache for going back
  addEventListener('pagehide', () => channel?.close())
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    open()
    listener()
  })
  addEventListener('storage', listener)
  document.addEventListener('visibilitychange', () => document.hidden || listener())
}

/** Lets the other tabs know. */
export function tellTabs() {
  try {
    channel?.postMessage('decided')
  } catch {
    // closed while the page is being left
  }
}
