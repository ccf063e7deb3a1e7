/** Starts the widget: hold tags back, read the answer, ask if there is none. */

import { announce, open } from './api.js'
import { clearRefused } from './clear.js'
import { config } from './config.js'
import { REVISIT } from './dialects.js'
import { isServed, renew, renewStale } from './enforced.js'
import { shielded } from './fault.js'
import { guard } from './guard.js'
import { clearHidden } from './hidden.js'
import { texts, language } from './language.js'
import { log, send } from './log.js'
import { answeredElsewhere } from './moving.js'
import { signalAnswer, signalDefaults } from './signals.js'
import { all, asked, current, decide, pending, recall, subscribe } from './store.js'
import * as surface from './surface.js'
import { watchTabs } from './tabs.js'
import { runTags, watchTags, withdrawTags } from './tags.js'

function start() {
  recall()
  renewStale()
  guard(runTags)
  surface.place()
  signalDefaults()
  if (current()) signalAnswer([])
  subscribe('paint', () => {
    if (pending().length) ask()
    else if (surface.hideAll()) announce('hide')
    surface.setRevisitable(revisitable())
  })
  subscribe('settle', (change) => {
    if (change.own) surface.say(change.withdrawn.length ? texts().withdrawn : texts().saved)
    signalAnswer(change.withdrawn)
    withdrawTags(change)
    clearRefused()
    announce('consent', change.changed)
    if (change.changed.length) announce('change', change.changed)
    if (change.withdrawn.length) announce('withdraw', change.withdrawn)
    runTags()
    const sent = change.own && log(change, language())
    if (change.own && !isServed()) clearHidden()
    renew(change, sent)
    if (change.withdrawn.length) addEventListener('pagehide', clearRefused) // for what still runs
  })
  subscribe('meet', ask)
  runTags()
  watchTags()
  if (!current()) takeOver()
  open()
  ask()
  if (current()) {
    clearRefused()
    send()
  }
  watchTabs(recall)
  addEventListener('load', () => surface.setRevisitable(revisitable()))
}

/** Says whether the browser refuses for its user. */
const refusedByBrowser = () =>
  /** @type {any} */ (navigator).globalPrivacyControl ||
  (config.banner.do_not_track && navigator.doNotTrack === '1')

/** Asks, if there is something that the visitor has not answered. */
function ask() {
  surface.setRevisitable(revisitable())
  if (!pending().length) return
  if (refusedByBrowser()) {
    decide(all(false), 'gpc')
    surface.showNotice('gpc')
    announce('show')
  } else if (surface.showNotice('ask')) announce('show')
}

/** Takes over what was answered to the consent tool that the site had before. */
function takeOver() {
  const answers = answeredElsewhere(!refusedByBrowser())
  const names = Object.keys(answers)
  if (!names.length) return
  const whole = names.length === asked().length
  const consent = names.some((name) => answers[name])
  decide(answers, consent ? 'import' : whole ? 'reject-all' : 'save', undefined, names)
}

/** The icon is there where the site wants it, and where the link is missing that it wants instead. */
const revisitable = () =>
  asked().length > 0 &&
  (config.banner.revisit === 'icon' ||
    (document.readyState === 'complete' &&
      !document.querySelector(`[data-kapsel=preferences],[data-kapsel=show],${REVISIT}`)))

/** Starts; whatever goes wrong, the page works on, and nothing is granted. */
function attempt() {
  if (/** @type {any} */ (window).kapsel?.has) {
    console.warn('kapsel: the script is on the page twice; the second one does nothing')
  } else shielded('not started, nothing is granted', start)
}

// a page that is only drawn ahead has no visitor yet
if (/** @type {any} */ (document).prerendering) {
  document.addEventListener('prerenderingchange', attempt, { once: true })
} else {
  attempt()
}
