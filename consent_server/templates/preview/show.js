// Brings the banner of the preview into the state that was asked for.
{
  const { layer } = document.currentScript.dataset
  if (layer === 'gpc') {
    Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })
  }
  const call = { second: 'showPreferences', answered: 'hide' }[layer]
  if (call) addEventListener('load', () => window.kapsel[call]())
}
