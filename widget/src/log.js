/** Sends decisions to the server; what could not be sent waits in the browser. */

import { server } from './config.js'

const KEY = 'kapsel_queue'
const MOST = 10 // decisions that wait; of more, the oldest are given up

/** @typedef {import('../types/kapsel').Decision} Decision */

/** Used where the browser keeps nothing. @type {Decision[]} */
let memory = []

/**
 * Notes a decision as not yet sent, then sends all that wait.
 * @param {import('./store.js').Change} change
 * @param {string} language
 */
export function log({ answer, surface }, language) {
  save([
    ...waiting(),
    {
      ...answer,
      surface,
      language,
      page: location.origin + location.pathname,
      gpc: /** @type {any} */ (navigator).globalPrivacyControl === true,
    },
  ])
  return send()
}

/** Ids of the decisions that are on their way. @type {Set<string>} */
const sending = new Set()

/** How often the network has come back. */
let returns = 0

/** Sends the decisions that wait. The server knows them by their id: sent twice is stored once. */
export async function send() {
  if (!server) return
  for (const decision of waiting()) {
    if (sending.has(decision.id)) continue
    sending.add(decision.id)
    const before = returns
    try {
      const { ok, status } = await post('consents', decision)
      if (!ok) console.warn(`kapsel: the server answered ${status} to a decision`)
      if (status >= 500 || status === 429 || status === 408) return
      save(waiting().filter(({ id }) => id !== decision.id))
    } catch {
      if (before < returns) setTimeout(send) // the network came back meanwhile
      return // offline: it waits for the next page, or for the network
    } finally {
      sending.delete(decision.id)
    }
  }
}

addEventListener('online', () => {
  returns++
  send()
})

/**
 * Posts *value* to the server, as text/plain, which needs no preflight; also while the page is left.
 * @param {string} name
 * @param {object} value
 */
export const post = (name, value) =>
  fetch(server + name, {
    method: 'POST',
    keepalive: true,
    credentials: 'omit',
    referrerPolicy: 'origin',
    body: JSON.stringify(value),
  })

/** @returns {Decision[]} */
function waiting() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || '[]')
    return Array.isArray(kept) ? kept : []
  } catch {
    return memory
  }
}

/** @param {Decision[]} decisions */
function save(decisions) {
  memory = decisions = decisions.slice(-MOST)
  try {
    if (decisions.length) localStorage.setItem(KEY, JSON.stringify(decisions))
    else localStorage.removeItem(KEY)
  } catch {
    // then it waits in memory, as long as the page is open
  }
}

/**
 * Returns the address of the visitor's receipt.
 * @param {string} id
 */
export const receiptAddress = (id) => server && `${server}consents/${id}`

/**
 * Returns the address of the list of all items, in words.
 * @param {string} language
 */
export const declarationAddress = (language) => server && `${server}declaration?lang=${language}`

