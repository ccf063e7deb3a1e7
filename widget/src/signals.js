/** Tells the tags of others, in their own words, what is granted. Only those that are on the site. */

import { config } from './config.js'
import { shielded } from './fault.js'
import { granted } from './store.js'

const page = /** @type {any} */ (window)

/** @param {boolean} yes */
const word = (yes) => (yes ? 'granted' : 'denied')

/** Says whether the scan found a vendor of this name. @param {RegExp} name */
const found = (name) => config.items.some(({ vendor }) => vendor && name.test(vendor))

/**
 * Returns the queue or function of the page's that is called *name*; makes it, as the vendor's own
 * snippet would, when the scan knows the vendor but its tag has not run yet.
 * @param {string} name
 * @param {RegExp} vendor
 * @param {() => any} make
 */
const known = (name, vendor, make) =>
  page[name] || (found(vendor) ? (page[name] = make()) : undefined)

/**
 * Who is told, and how. `first`: before the visitor has answered, everything is refused.
 * @type {((first: boolean) => void)[]}
 */
const SIGNALS = [
  function google(first) {
    const queue = known('dataLayer', /google/i, () => [])
    if (!queue) return
    // Google reads the object `arguments`, and nothing else
    function gtag() {
      queue.push(arguments)
    }
    const marketing = word(granted('marketing'))
    const functional = word(granted('functional'))
    const call = /** @type {(...values: any[]) => void} */ (gtag)
    if (first && [...queue].some((entry) => entry[0] === 'consent')) return
    call('consent', first ? 'default' : 'update', {
      ad_storage: marketing,
      ad_user_data: marketing,
      ad_personalization: marketing,
      analytics_storage: word(granted('statistics')),
      functionality_storage: functional,
      personalization_storage: functional,
      security_storage: 'granted',
    })
    if (!first) {
      queue.push({
        event: 'kapsel_consent',
        kapsel_functional: granted('functional'),
        kapsel_statistics: granted('statistics'),
        kapsel_marketing: granted('marketing'),
      })
    }
  },

  function advertisingOfMicrosoft(first) {
    const queue = known('uetq', /microsoft adv|bing/i, () => [])
    queue?.push('consent', first ? 'default' : 'update', { ad_storage: word(granted('marketing')) })
  },

  function clarity() {
    const call = known('clarity', /clarity/i, () => {
      const stub = /** @type {any} */ (
        function () {
          ;(stub.q = stub.q || []).push(arguments)
        }
      )
      return stub
    })
    call?.('consentv2', {
      ad_Storage: word(granted('marketing')),
      analytics_Storage: word(granted('statistics')),
    })
  },

  function matomo(first) {
    const queue = known('_paq', /matomo|piwik/i, () => [])
    if (!queue) return
    if (first) queue.push(['requireConsent'])
    else queue.push([granted('statistics') ? 'setConsentGiven' : 'forgetConsentGiven'])
  },

  function wordPress(first) {
    if (!page.wp_set_consent && !page.consent_api) return
    if (!page.wp_consent_type) {
      page.wp_consent_type = 'optin'
      document.dispatchEvent(new CustomEvent('wp_consent_type_defined'))
    }
    if (first || !page.wp_set_consent) return
    for (const [name, category] of [
      ['preferences', 'functional'],
      ['statistics', 'statistics'],
      ['statistics-anonymous', 'statistics'],
      ['marketing', 'marketing'],
    ]) {
      page.wp_set_consent(name, granted(category) ? 'allow' : 'deny')
    }
  },
]

/** Documented calls that stop a vendor's script, or let it go on after it was stopped. */
const STOPS = /** @type {[string, string, string, string, string?][]} */ ([
  // global, category, stop, go on (with what it is called), argument that both calls take before
  ['fbq', 'marketing', 'revoke', 'grant', 'consent'],
  ['ttq', 'marketing', 'revokeConsent', 'grantConsent'],
  ['mixpanel', 'statistics', 'opt_out_tracking', 'opt_in_tracking'],
  ['posthog', 'statistics', 'opt_out_capturing', 'opt_in_capturing'],
  ['DD_RUM', 'statistics', 'setTrackingConsent:not-granted', 'setTrackingConsent:granted'],
])

/** Vendors that were told to stop on this page. @type {Set<string>} */
const stopped = new Set()

/** Tells all that everything is refused, until the visitor has answered. */
export const signalDefaults = () => signal(true)

/**
 * Tells all what is granted now.
 * @param {string[]} withdrawn categories whose scripts may be running and must stop
 */
export function signalAnswer(withdrawn) {
  signal(false)
  for (const [name, category, stop, goOn, argument] of STOPS) {
    const halt = withdrawn.includes(category)
    if (!page[name] || !(halt || (stopped.has(name) && granted(category)))) continue
    stopped[halt ? 'add' : 'delete'](name)
    const [method, value] = (halt ? stop : goOn).split(':')
    attempt(() => (argument ? page[name](argument, method) : page[name][method](value)))
  }
  for (const { name } of config.items) {
    // Google Analytics looks for this property before each hit; the cookie's name holds the id
    const id = /^_ga_(\w+)$/.exec(name)
    if (id) page[`ga-disable-G-${id[1]}`] = !granted('statistics')
  }
}

/** @param {boolean} first */
function signal(first) {
  for (const tell of SIGNALS) attempt(() => tell(first))
}

/** A vendor's fault is not the visitor's. @param {() => void} call */
const attempt = (call) => shielded('a signal failed', call)

