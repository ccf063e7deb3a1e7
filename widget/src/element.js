/** Builds elements without a parser, so that text stays text and no policy is in the way. */

import style from './banner.css'
import { config, nonce } from './config.js'

/** Our style, in the colours that the site wants: those of the visitor's system, or always the same. */
const css = config.banner.scheme
  ? style.replace(/\(prefers-color-scheme.*?\)/, config.banner.scheme === 'dark' ? ' all' : ' not all')
  : style

/**
 * Returns an element with attributes and children; a child that is false or null is left out.
 * @param {string} name
 * @param {Record<string, string | boolean | null | undefined>} attributes true: present, without value
 * @param {...(Node | string | false | null | undefined)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value != null && value !== false) made.setAttribute(key, value === true ? '' : value)
  }
  made.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)))
  return made
}

/**
 * Returns a link that opens beside the page; null for an address that is none of the web or mail.
 * @param {string | null | undefined} address
 * @param {string} text
 */
export function link(address, text) {
  if (!address || !/^(https?:|mailto:)/i.test(address)) return null
  return element('a', { href: address, target: '_blank', rel: 'noopener', part: 'link' }, text)
}

/**
 * Returns a button that does what its `data-kapsel` says; without, what its `onclick` does.
 * @param {string} action
 * @param {string} text
 * @param {Record<string, string>} [attributes]
 */
export const button = (action, text, attributes) =>
  element(
    'button',
    { type: 'button', 'data-kapsel': action || null, part: 'button', ...attributes },
    text,
  )

/** @type {CSSStyleSheet | null} */
let sheet = null

/**
 * Opens a shadow root with our style on *host*, where the page's style does not reach.
 * @param {HTMLElement} host
 */
export function shadow(host) {
  const root = host.attachShadow({ mode: 'open' })
  if (!document.adoptedStyleSheets) {
    root.append(element('style', { nonce: nonce || null }, css))
    return root
  }
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
  }
  root.adoptedStyleSheets = [sheet]
  return root
}
