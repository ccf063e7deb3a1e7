/** What of the widget is on the screen: at most one layer, the revisit icon, and one spoken line. */

import { config } from './config.js'
import { button, element, shadow } from './element.js'
import { redrawEmbeds } from './embeds.js'
import { countIgnored } from './ignored.js'
import { language, texts } from './language.js'
import { notice } from './notice.js'
import { preferences, ticked } from './preferences.js'

const host = document.createElement('kapsel-banner')
const root = shadow(host)
const status = element('div', { role: 'status', class: 'status' })

/** @type {'ask' | 'gpc' | null} */
let asking = null

/** @type {HTMLElement | null} */
let first = null

/** @type {HTMLDialogElement | null} */
let second = null

/** @type {HTMLElement | null} */
let icon = null

/** Puts the widget into the page, as near to its start as can be; nothing is shown yet. */
export function place() {
  root.append(status)
  for (const [name, value] of Object.entries(config.banner.theme)) {
    host.style.setProperty(`--kapsel-${name}`, value)
  }
  const settle = () => {
    if (document.body && !host.isConnected) {
      document.body.prepend(host)
      if (location.hash === '#kapsel') showPreferences() // the receipt's way back
    }
    if (host.lang !== language()) redraw() // the first time, too
  }
  settle()
  // the body may come later; a single-page site may replace it, and change its language
  new MutationObserver(settle).observe(document.documentElement, {
    attributeFilter: ['lang'],
    childList: true,
    subtree: true,
  })
}

/**
 * Shows the first layer, without taking the focus.
 * @param {'ask' | 'gpc'} kind
 * @returns {boolean} whether it was hidden before
 */
export function showNotice(kind) {
  const shown = asking === kind
  asking = kind
  countIgnored()
  draw()
  return !shown
}

/** Opens the second layer. */
export function showPreferences() {
  second?.remove()
  second = preferences()
  const opened = second
  opened.addEventListener('close', () => opened.remove())
  root.append(opened)
  opened.showModal()
}

/** Closes the second layer and leaves the first as it is. */
export const closePreferences = () => second?.close()

/**
 * Closes both layers.
 * @returns {boolean} whether anything was open
 */
export function hideAll() {
  const shown = !!asking || !!second?.open
  asking = null
  closePreferences()
  draw()
  return shown
}

/** Returns what is ticked in the second layer; null when it is closed. */
export const choices = () => (second?.open ? ticked(second) : null)

/**
 * Returns the surface that an element belongs to.
 * @param {HTMLElement} node
 * @returns {import('../types/kapsel').Surface}
 */
export const surfaceOf = (node) =>
  second?.contains(node) ? 'preferences' : root.contains(node) ? 'banner' : 'api'

/** Draws again what is shown, in the language that is now spoken. */
export function redraw() {
  host.lang = language()
  host.dir = texts().direction
  draw()
  redrawEmbeds()
  if (second?.open) {
    const kept = ticked(second)
    closePreferences()
    showPreferences()
    for (const [name, value] of Object.entries(kept)) {
      const box = /** @type {HTMLInputElement | null} */ (second.querySelector(`#${name}`))
      if (box) box.checked = value
    }
  }
}

/**
 * Lets a screen reader say *text*, once.
 * @param {string} text
 */
export function say(text) {
  status.textContent = ''
  setTimeout(() => (status.textContent = text), 100) // a change of the text is what is spoken
}

/** Whether the small button that opens the second layer is wanted while nothing is asked. */
let revisitable = false

/** @param {boolean} wanted */
export function setRevisitable(wanted) {
  if (revisitable === wanted) return
  revisitable = wanted
  if (!asking) draw()
}

function draw() {
  const focused = /** @type {HTMLElement | null} */ (root.activeElement)?.dataset.kapsel
  first?.remove()
  icon?.remove()
  first = icon = null
  if (asking) root.prepend((first = notice(asking)))
  else if (revisitable) {
    const name = texts().settings
    icon = button('preferences', '', { class: 'icon', part: 'icon', 'aria-label': name, title: name })
    root.prepend(icon)
  }
  const again = `:is(.notice *,.icon)[data-kapsel=${focused}]`
  if (focused) /** @type {HTMLElement | null} */ (root.querySelector(again))?.focus()
}
