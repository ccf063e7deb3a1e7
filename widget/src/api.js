/** `window.kapsel`, the events on `document`, and the site's own buttons. */

import { clearRefused } from './clear.js'
import { config, OPTIONAL } from './config.js'
import { category, REVISIT } from './dialects.js'
import { shielded } from './fault.js'
import { setLanguage } from './language.js'
import { receiptAddress } from './log.js'
import * as store from './store.js'
import * as surface from './surface.js'
import { serviceGranted } from './tags.js'

/** @type {Map<string, Set<(detail: any) => void>>} */
const listeners = new Map()

/** Whether `ready`, and the `consent` that may follow it, have been told. */
let started = false

/**
 * Tells the page: the listeners of `kapsel.on`, then those of the document's events.
 * @param {string} name without `kapsel:`
 * @param {string[]} [changed]
 */
export function announce(name, changed = []) {
  const detail = { ...get(), changed }
  for (const listener of listeners.get(name) || []) call(listener, detail)
  document.dispatchEvent(new CustomEvent(`kapsel:${name}`, { bubbles: true, detail }))
}

/** @param {(detail: any) => void} listener @param {any} detail */
const call = (listener, detail) => shielded('a listener failed', () => listener(detail))

function get() {
  return {
    ...{ action: null, id: null, decided_at: null, ...store.current() },
    choices: Object.fromEntries(store.asked().map((name) => [name, store.granted(name)])),
    revision: config.revision,
  }
}

/**
 * Decides all that is asked about just now: the second layer asks about everything.
 * @param {boolean} yes
 * @param {import('../types/kapsel').Surface} from
 */
const decideAll = (yes, from) =>
  store.decide(
    store.all(yes, surface.choices() ? [] : undefined),
    yes ? 'accept-all' : 'reject-all',
    from,
  )

/** @type {Omit<import('../types/kapsel').Kapsel, 'push'>} */
const methods = {
  get,
  ready: (listener) => call(listener, get()),
  on(name, listener) {
    listeners.set(name, (listeners.get(name) || new Set()).add(listener))
    if (started && (name === 'ready' || (name === 'consent' && store.current()))) {
      call(listener, { ...get(), changed: [] })
    }
  },
  off: (name, listener) => void listeners.get(name)?.delete(listener),
  has(name) {
    const word = category(name)
    return word === 'unclassified' || word === 'necessary' || OPTIONAL.includes(word)
      ? store.granted(word)
      : serviceGranted(name)
  },
  acceptAll: () => decideAll(true, 'api'),
  rejectAll: () => decideAll(false, 'api'),
  save: (choices) => store.decide(choices, 'save', 'api'),
  withdraw: () => store.decide({}, 'withdraw', 'api'),
  show() {
    if (surface.showNotice('ask')) announce('show')
  },
  showPreferences() {
    surface.showPreferences()
    announce('show')
  },
  hide() {
    if (surface.hideAll()) announce('hide')
  },
  setLanguage(language) {
    const offered = setLanguage(language)
    if (offered) surface.redraw()
    return offered
  },
  receipt() {
    const answer = store.current()
    return answer && { ...answer, url: receiptAddress(answer.id) }
  },
  reset() {
    store.forget()
    clearRefused()
    methods.show()
  },
}

/**
 * What a button with `data-kapsel` does, on the surface that it belongs to.
 * @type {Record<string, (from: import('../types/kapsel').Surface) => void>}
 */
const BUTTONS = {
  accept: (from) => decideAll(true, from),
  reject: (from) => decideAll(false, from),
  save: (from) => store.decide(surface.choices() || {}, 'save', from),
  withdraw: (from) => store.decide({}, 'withdraw', from),
  show: methods.show,
  preferences: methods.showPreferences,
  hide: methods.hide,
  close: surface.closePreferences,
}

/** Answers to clicks, takes the place of the queue, and does what waits in it. */
export function open() {
  document.addEventListener('click', (event) => {
    const path = event.composedPath().filter((node) => node instanceof HTMLElement)
    const control = path.find(({ dataset }) => dataset.kapsel)
    const action = control
      ? BUTTONS[control.dataset.kapsel || '']
      : path.some((node) => node.matches(REVISIT)) && methods.showPreferences
    if (!action) return
    event.preventDefault()
    action(surface.surfaceOf(path[0]))
  }, true) // the page may stop the event on its way up
  const waiting = /** @type {any} */ (window).kapsel
  const push = (/** @type {any[]} */ ...calls) => {
    for (const entry of calls) {
      const make = () => /** @type {any} */ (methods)[entry[0]](...entry.slice(1))
      shielded('a call failed', make, entry)
    }
  }
  Object.assign(window, { kapsel: { ...methods, push } })
  if (Array.isArray(waiting)) push(...waiting)
  announce('ready')
  if (store.current()) announce('consent')
  started = true
}
