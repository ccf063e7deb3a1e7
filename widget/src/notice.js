/** The first layer: who asks, what for, and three buttons. Also the line that answers GPC. */

import { config } from './config.js'
import { keptMarks } from './cookie.js'
import { button, element, link } from './element.js'
import { fill, language, list, texts } from './language.js'
import { declarationAddress } from './log.js'
import { unseen } from './seen.js'
import { asked, current, pending } from './store.js'

/**
 * Returns the first layer in the language that is spoken.
 * @param {'ask' | 'gpc'} kind
 */
export function notice(kind) {
  const words = texts()
  const links = [
    link(declarationAddress(language()), words.details),
    link(config.controller?.policy, words.policy),
  ]
  return element(
    'section',
    {
      role: 'region',
      'aria-labelledby': 'title',
      class: `notice ${config.banner.layout}`,
      part: 'notice',
      'data-nosnippet': true,
    },
    element(
      'div',
      { class: 'text' },
      element('p', { id: 'title', class: 'title', part: 'title' }, words.title),
      element('p', { part: 'text' }, kind === 'gpc' ? signal() : question()),
    ),
    element(
      'div',
      { class: 'answers' },
      kind === 'gpc' ? button('hide', words.close) : button('accept', words.accept),
      kind === 'gpc' ? button('preferences', words.choose) : button('reject', words.reject),
    ),
    element(
      'div',
      { class: 'more' },
      kind === 'ask' && button('preferences', words.choose, { part: 'link', class: 'link' }),
      ...links,
    ),
  )
}

/** Returns what the visitor is told whose browser has refused for her. */
const signal = () =>
  /** @type {any} */ (navigator).globalPrivacyControl
    ? texts().gpc
    : texts().gpc.replace('Global Privacy Control', 'Do Not Track')

/** Returns what the visitor is asked, with all that she must know before she answers. */
function question() {
  const words = texts()
  const open = pending()
  const names = open.length ? open : asked()
  const purposes = names.map((name) => words.purposes[name])
  const vendors = unseen(names, keptMarks())
  // some answers stand: what is asked again has changed, though by no vendor that is new
  const news = vendors.length || !current() ? vendors : purposes
  return [
    fill(words.question, { purposes: list(purposes) }),
    open.length && news.length && fill(words.news, { news: list(news) }),
    words.partners,
    words.transfer,
    words.refusing,
    words.revisit,
  ]
    .filter(Boolean)
    .join(' ')
}
