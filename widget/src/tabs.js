/** Hears that the visitor has decided in another tab of the site. */

/**
 * Calls back when another tab may have a new answer: at once when it notes the decision as unsent,
 * which the browser tells all tabs of one origin; between sub-domains, when this tab is looked at.
 * @param {() => void} listener
 */
export function watchTabs(listener) {
  addEventListener('storage', listener)
  addEventListener('pageshow', ({ persisted }) => persisted && listener())
  document.addEventListener('visibilitychange', () => document.hidden || listener())
}
