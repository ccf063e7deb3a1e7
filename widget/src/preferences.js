/** The second layer: one choice per category, nothing ticked that was not chosen before. */

import { config, NECESSARY } from './config.js'
import { details, duration } from './details.js'
import { button, element, link } from './element.js'
import { fill, language, texts } from './language.js'
import { declarationAddress, receiptAddress } from './log.js'
import { asked, current, granted } from './store.js'

/** Returns the second layer in the language that is spoken, as a native dialog, closed. */
export function preferences() {
  const words = texts()
  const answer = current()
  return /** @type {HTMLDialogElement} */ (
    element(
      'dialog',
      { 'aria-labelledby': 'heading', class: 'preferences', part: 'preferences' },
      element(
        'div',
        { class: 'head' },
        element('h2', { id: 'heading', part: 'title', tabindex: '-1', autofocus: true }, words.settings),
        button('close', '✕', { class: 'close', part: 'close', 'aria-label': words.close }),
      ),
      element(
        'div',
        { class: 'body', tabindex: '0', role: 'group', 'aria-labelledby': 'heading' },
        element('p', { part: 'text' }, words.intro),
        ...[NECESSARY, ...asked(), 'unclassified'].map(row),
        element(
          'p',
          { class: 'more' },
          link(declarationAddress(language()), words.details),
          link(config.controller?.policy, words.policy),
          answer && link(receiptAddress(answer.id), fill(words.receipt, { date: answer.decided_at.slice(0, 10) })),
        ),
      ),
      element(
        'div',
        { class: 'answers' },
        button('accept', words.accept),
        button('reject', words.reject),
        button('save', words.save),
        asked().some(granted) && button('withdraw', words.withdraw),
      ),
    )
  )
}

/**
 * Returns the choices as they are ticked.
 * @param {ParentNode} dialog
 */
export function ticked(dialog) {
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (dialog.querySelectorAll('input[name]'))
  return Object.fromEntries([...boxes].map((box) => [box.name, box.checked]))
}

/** @param {string} name a category */
function row(name) {
  const words = texts()
  const items = config.items.filter((item) => item.category === name)
  if (name === 'unclassified' && !items.length) return null
  const { name: title, description } = words.categories[name]
  const optional = asked().includes(name)
  const box = /** @type {HTMLInputElement} */ (
    element('input', {
      type: 'checkbox',
      role: 'switch',
      name,
      id: name,
      part: 'switch',
      'aria-describedby': `${name}-about`,
    })
  )
  box.checked = granted(name)
  return element(
    'div',
    { class: 'row', part: 'category' },
    element(
      'div',
      { class: 'choice' },
      element(optional ? 'label' : 'strong', optional ? { for: name } : {}, title),
      optional ? box : name === NECESSARY && element('span', {}, words.always),
    ),
    element('p', { id: `${name}-about` }, description),
    items.length > 0 && listed(items),
  )
}

/** @param {import('../types/config').Item[]} items */
function listed(items) {
  const lines = items.map(line)
  const box = element(
    'details',
    {},
    element('summary', {}, `${texts().items} (${items.length})`),
    element('ul', {}, ...lines),
  )
  box.addEventListener('toggle', () => explain(items, lines), { once: true })
  return box
}

/**
 * Adds to each line what the server knows of its item.
 * @param {import('../types/config').Item[]} items
 * @param {HTMLElement[]} lines
 */
async function explain(items, lines) {
  const known = await details()
  items.forEach(({ name, kind, domain }, at) => {
    const found = known.find((i) => i.name === name && i.kind === kind && i.domain === domain)
    const purpose = found?.purpose[language()]
    const said = [purpose, found?.lifetime && duration(found.lifetime)].filter(Boolean).join(' · ')
    if (said) lines[at].append(element('div', {}, said))
  })
}

/** @param {import('../types/config').Item} item */
const line = (item) =>
  element('li', {}, element('b', {}, item.name), item.vendor ? ` · ${item.vendor}` : '')
