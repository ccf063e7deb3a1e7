/** What goes wrong in one thing keeps no other from being done: it is said on the console. */

/**
 * Calls, and says what failed if it did.
 * @param {string} what
 * @param {() => unknown} call
 * @param {...unknown} about shown beside the error
 */
export function shielded(what, call, ...about) {
  try {
    call()
  } catch (error) {
    console.warn(`kapsel: ${what}:`, ...about, error)
  }
}
