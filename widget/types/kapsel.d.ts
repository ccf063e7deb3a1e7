/** What a page may use of Kapsel: `window.kapsel`, its events, and what they carry. */

export type Category = 'functional' | 'statistics' | 'marketing'

/** How a visitor decided. `gpc`: her browser sent Global Privacy Control, taken as a refusal. */
export type Action = 'accept-all' | 'reject-all' | 'save' | 'withdraw' | 'gpc' | 'import'

/** Where a visitor decided: first layer, second layer, the stand-in of a frame; `api`: the site's own buttons and scripts. */
export type Surface = 'banner' | 'preferences' | 'embed' | 'api'

/** What is granted, for each category that the visitor is asked about. */
export type Choices = Partial<Record<Category, boolean>> & { [other: string]: boolean | undefined }

/** A visitor's answer, as the cookie `kapsel_consent` holds it. */
export interface Answer {
  /** UUID of the decision: the key to its receipt. */
  id: string
  /** Of the catalogue that the visitor was asked about. */
  revision: string
  choices: Choices
  action: Action
  /** ISO 8601, in UTC. */
  decided_at: string
}

/** What is sent to the server. */
export interface Decision extends Answer {
  /** Missing where nobody pressed anything: GPC, an answer that was taken over. */
  surface?: Surface
  language: string
  /** Without its query. */
  page: string
  /** Whether the browser sends Global Privacy Control. */
  gpc: boolean
}

/** What `kapsel.get()` returns; what is null is not known before the visitor has answered. */
export interface State {
  choices: Choices
  action: Action | null
  revision: string
  id: string | null
  decided_at: string | null
}

/** What listeners are given, and the `detail` of the document's events. */
export interface Detail extends State {
  /** The categories whose answer is another than before. */
  changed: Category[]
}

export interface Receipt extends Answer {
  /** Where the server shows this decision; null: the script does not know its server. */
  url: string | null
}

/** The events; on `document` their names begin with `kapsel:`. */
export type EventName = 'ready' | 'show' | 'hide' | 'consent' | 'change' | 'withdraw'

export interface Kapsel {
  /** Calls back when the widget runs, at once if it does. */
  ready(listener: (state: State) => void): void
  /** Listens; `ready` and `consent` are told at once when they have already happened. */
  on(name: EventName, listener: (detail: Detail) => void): void
  off(name: EventName, listener: (detail: Detail) => void): void
  /** Says whether a category, or a service named by `data-service`, is granted. */
  has(name: string): boolean
  get(): State
  acceptAll(): void
  rejectAll(): void
  /** Decides by category; a category that is left out keeps its answer, or is refused. */
  save(choices: Choices): void
  /** Takes all consent back. */
  withdraw(): void
  /** Shows the first layer. */
  show(): void
  /** Opens the second layer. */
  showPreferences(): void
  /** Closes both layers without an answer. */
  hide(): void
  /** Speaks another of the site's languages; false: the site does not offer it. */
  setLanguage(language: string): boolean
  /** Returns the answer and where its receipt is; null before an answer. */
  receipt(): Receipt | null
  /** Forgets the answer, clears what it allowed, and asks again. */
  reset(): void
  /** Calls a method by name, as the queue does before the script is there. */
  push(...calls: Call[]): void
}

/** `kapsel.push(['on', 'change', listener])` */
export type Call = {
  [Name in Exclude<keyof Kapsel, 'push'>]: [Name, ...Parameters<Kapsel[Name]>]
}[Exclude<keyof Kapsel, 'push'>]

declare global {
  interface Window {
    /** An array of calls until the script has come: `window.kapsel = window.kapsel || []`. */
    kapsel: Kapsel | Call[]
  }
  interface DocumentEventMap {
    'kapsel:ready': CustomEvent<Detail>
    'kapsel:show': CustomEvent<Detail>
    'kapsel:hide': CustomEvent<Detail>
    'kapsel:consent': CustomEvent<Detail>
    'kapsel:change': CustomEvent<Detail>
    'kapsel:withdraw': CustomEvent<Detail>
  }
}
