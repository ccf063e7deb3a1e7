/** What the server writes into the script for one site; made by consent_server/banner.py. */

export interface Item {
  name: string
  kind: string
  domain: string
  category: string
  vendor: string | null
  party: 'first' | 'third'
  /** No script can see this cookie. */
  http_only?: true
}

/** The section `banner` of a locale file, with the site's facts filled in. */
export interface Texts {
  direction: 'ltr' | 'rtl'
  /** What stands between two of two words, two of more, and the last two of more. */
  joins: [string, string, string]
  title: string
  question: string
  purposes: Record<string, string>
  partners: string | null
  transfer: string | null
  refusing: string
  revisit: string
  accept: string
  reject: string
  choose: string
  save: string
  withdraw: string
  close: string
  settings: string
  intro: string
  always: string
  items: string
  details: string
  policy: string
  receipt: string
  saved: string
  withdrawn: string
  gpc: string
  news: string
  embed: string
  embed_once: string
  embed_always: string
  categories: Record<string, { name: string; description: string }>
}

export interface Config {
  site: string
  revision: string
  category_revisions: Record<string, string>
  languages: string[]
  categories: string[]
  cookie_domains: string[]
  banner: {
    layout: 'bar' | 'box' | 'dialog'
    /** None: as the visitor's system is set. */
    scheme?: 'light' | 'dark'
    theme: Record<string, string>
    revisit: 'icon' | 'link'
    remember_days: number
    blocking: 'marked' | 'guarded' | 'enforced'
    do_not_track?: 'honour'
    /** None: that a banner was left unanswered is told to nobody. */
    unanswered?: 'count'
    /** Another tool's words for what it granted, as the owner has confirmed them: tool, word, category. */
    take_over?: Record<string, Record<string, string>>
  }
  controller: { policy: string | null } | null
  items: Item[]
  texts: Record<string, Texts>
}

declare global {
  /** A free name in the built file, replaced by the server. */
  const KAPSEL_CONFIG: Config

  /** The same in the snippet that stands before the tags of Google. */
  const KAPSEL_DEFAULTS: { regions: string[]; wait: number; settings: string[]; uet: boolean }
}
