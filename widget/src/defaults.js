/** Stands in the page before all tags of Google: refuses everything until the widget has spoken. */

/* global KAPSEL_DEFAULTS */

const page = /** @type {any} */ (window)
page.dataLayer = page.dataLayer || []
page.gtag =
  page.gtag ||
  function () {
    page.dataLayer.push(arguments)
  }

const { regions, wait, settings, uet } = KAPSEL_DEFAULTS
page.gtag('consent', 'default', {
  ad_storage: 'denied',
  ad_user_data: 'denied',
  ad_personalization: 'denied',
  analytics_storage: 'denied',
  functionality_storage: 'denied',
  personalization_storage: 'denied',
  security_storage: 'granted',
  wait_for_update: wait,
  ...(regions.length ? { region: regions } : {}),
})
for (const name of settings) page.gtag('set', name, true)
if (uet) {
  page.uetq = page.uetq || []
  page.uetq.push('consent', 'default', { ad_storage: 'denied' })
}
