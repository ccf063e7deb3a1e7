/** Stands in for a frame that is held back: the same place and size, with two ways to load it. */

import { addresses, conditions } from './dialects.js'
import { button, element, shadow } from './element.js'
import { fill, language, list, texts } from './language.js'
import { decide } from './store.js'

/** What visitors call those whose frames are found most often; else the host's name is told. */
const SERVICES =
  'YouTube Vimeo Facebook Instagram TikTok Spotify SoundCloud Dailymotion Twitch LinkedIn ' +
  'Pinterest OpenStreetMap Typeform Calendly'

/** Those whose host is called otherwise. */
const OTHERWISE = /** @type {[RegExp, string][]} */ ([
  [/(^|\.)(youtube-nocookie\.com|youtu\.be)\//, 'YouTube'],
  [/(^|\.)google\.[a-z.]+\/maps|^maps\.google\./, 'Google Maps'],
  [/^calendar\.google\./, 'Google Calendar'],
  [/(^|\.)(twitter|x)\.com\//, 'X'],
])

/** Frames smaller than this, in pixels, are no content: a tracker, or not yet laid out. */
const SMALLEST = 40

/** What of a frame's place its stand-in takes over. */
const PLACE = ['position', 'inset', 'margin', 'float', 'flex', 'grid-area', 'max-width', 'vertical-align']

/** @type {Map<HTMLIFrameElement, { host: HTMLElement, display: string, show: () => void }>} */
const standIns = new Map()

/**
 * Puts a stand-in where *frame* would be.
 * @param {HTMLIFrameElement} frame
 * @param {() => void} show loads the frame, this time
 */
export function standIn(frame, show) {
  const { offsetWidth, offsetHeight } = frame
  if (standIns.has(frame) || offsetWidth < SMALLEST || offsetHeight < SMALLEST) return
  const host = document.createElement('kapsel-embed')
  const computed = getComputedStyle(frame)
  for (const name of PLACE) host.style.setProperty(name, computed.getPropertyValue(name))
  host.style.width = `${offsetWidth}px`
  host.style.height = `${offsetHeight}px`
  host.style.display = computed.display.replace(/^inline$/, 'inline-block')
  host.style.overflow = 'hidden' // then it stands on the line as a frame does
  frame.before(host)
  standIns.set(frame, { host, display: frame.style.display, show })
  frame.style.setProperty('display', 'none', 'important')
  shadow(host)
  draw(frame)
}

/**
 * Takes the stand-in away again.
 * @param {Element} frame
 */
export function standBack(frame) {
  const kept = standIns.get(/** @type {HTMLIFrameElement} */ (frame))
  if (!kept) return
  standIns.delete(/** @type {HTMLIFrameElement} */ (frame))
  const focused = document.activeElement === kept.host
  kept.host.remove()
  const shown = /** @type {HTMLIFrameElement} */ (frame)
  shown.style.display = kept.display
  if (!shown.title) shown.title = service(shown)
  if (focused) shown.focus()
}

/** Draws all stand-ins again, in the language that is now spoken. */
export const redrawEmbeds = () => [...standIns.keys()].forEach(draw)

/** @param {HTMLIFrameElement} frame */
function draw(frame) {
  const { host, show } = /** @type {{ host: HTMLElement, show: () => void }} */ (standIns.get(frame))
  const words = texts()
  const name = service(frame)
  const asked = conditions(frame).filter((category) => category in words.purposes)
  const purpose = list(asked.map((category) => words.purposes[category]))
  const once = button('', words.embed_once)
  const always = asked.length > 0 && button('', fill(words.embed_always, { purpose }))
  once.onclick = show
  if (always) {
    const choices = Object.fromEntries(asked.map((category) => [category, true]))
    always.onclick = () => decide(choices, 'save', 'embed', asked)
  }
  host.lang = language()
  host.dir = words.direction
  host.shadowRoot?.replaceChildren(
    element(
      'section',
      { class: 'embed', 'aria-label': frame.title || name, part: 'embed' },
      element('p', { part: 'text' }, fill(words.embed, { service: name })),
      element('div', { class: 'answers' }, once, always),
    ),
  )
}

/** @param {HTMLIFrameElement} frame */
function service(frame) {
  const { hostname, pathname } = new URL(addresses(frame)[0]?.[1] || '', location.href)
  const labels = hostname.split('.')
  const called =
    SERVICES.split(' ').find((name) => labels.includes(name.toLowerCase())) ||
    OTHERWISE.find(([pattern]) => pattern.test(hostname + pathname))?.[1]
  return called || frame.dataset.service || hostname
}
