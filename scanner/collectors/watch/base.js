// Runs before any script of a page, a frame or a worker: tells who writes cookies and storage.
// It changes nothing that a page could notice: what is wrapped stays native to the eye
// (a Proxy of the native function), and a fault of ours never reaches the page.
// Called with a word that only our realms know, and the hooks.
((word, hooks) => {
  "use strict";
  const report = globalThis.__kapsel;
  delete globalThis.__kapsel;
  if (typeof report !== "function") return;

  const { apply, construct } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyDescriptors, getPrototypeOf, setPrototypeOf } = Object;
  const { stringify } = JSON;
  const { slice, startsWith, split, includes } = String.prototype;
  const { exec } = RegExp.prototype;
  const Address = globalThis.URL;
  const { join, filter, concat } = Array.prototype;
  const now = Date.now;
  const NativeError = Error;
  const capture = Error.captureStackTrace;
  const counts = new Map();
  const { get, set } = Map.prototype;
  const natives = new WeakMap(); // what is wrapped, by what stands in its place
  const { get: native, set: remember } = WeakMap.prototype;
  const totals = new Map(); // reports, by their kind
  let outerSites = null; // of the page around this frame
  let asker = null; // the stack of who planned what runs now
  const SPEAK = word + ":speak"; // asked of what stands for a native: how its realm reports
  const SITES = word + ":sites"; // likewise: who is on the stack, as its realm sees it
  const DEPTH = 60; // frames of a stack
  const TOLD = 40; // reports of one and the same item, per frame of the page
  const ALL = 1500; // reports of one kind, per frame: who writes more is a loop
  const MANY = 12000; // items of one kind of storage, likewise: those beyond are told in heaps
  const CALLED = 20; // frames whose address is code
  const HEAP = 500; // items of a heap
  const HEAPED = { __proto__: null, local_storage: 1, session_storage: 1, indexed_db: 1, cache_storage: 1, file_system: 1, cookie: 1 };
  const KEPT = 4096; // characters of a value that are sent on to be measured
  const OURS = "kapsel:watch";
  const BARE = "function () { [native code] }";

  // What a page hangs on all objects, or all lists, is on none of ours.
  const bare = (made) => made && setPrototypeOf(made, null);
  const described = (owner, name) => bare(getOwnPropertyDescriptor(owner, name));
  const put = (name, value) =>
    defineProperty(NativeError, name, { __proto__: null, value, writable: true, configurable: true });
  const listed = (above) => {
    const holder = bare({});
    put("stackTraceLimit", DEPTH);
    put("prepareStackTrace", (_, list) => list);
    capture(holder, above);
    return holder.stack;
  };
  let site = null; // what a call of a stack can tell, before a page changes it

  // A page that froze Error has no stacks: then the tag whose script runs is all there is to know.
  const { get: tagOf } = globalThis.document ? described(Document.prototype, "currentScript") : {};
  const { get: sourceOf } = tagOf ? described(HTMLScriptElement.prototype, "src") : {};
  const tag = () => {
    const frames = bare([]);
    try {
      const element = tagOf ? apply(tagOf, document, []) : null;
      if (element) frames[0] = { __proto__: null, url: apply(sourceOf, element, []) || place() };
    } catch {
      // it is no script of HTML
    }
    return frames;
  };

  // Nor has code that is the address of a frame, and reaches out of it: the frames that hold any are told.
  const { value: search } = tagOf ? described(Document.prototype, "querySelectorAll") : {};
  const { value: attributeOf } = tagOf ? described(Element.prototype, "getAttribute") : {};
  const addressed = () => {
    const found = bare([]);
    try {
      if (!search || apply(tagOf, document, [])) return found;
      const all = apply(search, document, ['iframe[src*="javascript:" i]']);
      for (let i = 0; i < all.length && i < CALLED; i += 1) found[i] = apply(attributeOf, all[i], ["src"]);
    } catch {
      // there is no document
    }
    return found;
  };

  const sites = (above) => {
    const limit = described(NativeError, "stackTraceLimit");
    const prepare = described(NativeError, "prepareStackTrace");
    try {
      const list = listed(above);
      if (typeof list !== "object") return [];
      if (site === null) site = { __proto__: null, ...getOwnPropertyDescriptors(getPrototypeOf(list[0])) };
      const ask = (call, name) => (site[name] ? apply(site[name].value, call, []) : null);
      const frames = bare([]);
      for (let i = 0; i < list.length; i += 1) {
        const call = list[i];
        // What code calls itself (sourceURL) is not where it comes from.
        const url = ask(call, "getFileName") || null;
        if (url === OURS || (url === null && ask(call, "getScriptNameOrSourceURL") === OURS)) continue;
        frames[frames.length] = {
          __proto__: null,
          url,
          line: ask(call, "getLineNumber"),
          function: ask(call, "getFunctionName"),
          method: ask(call, "getMethodName"),
          type: ask(call, "getTypeName"),
          hash: ask(call, "getScriptHash"),
          origin: ask(call, "isEval") ? `${ask(call, "getEvalOrigin")}` : null,
        };
      }
      // A new frame sees nobody of the page that runs code in it.
      if (frames.length === 0 && outerSites !== null) return outerSites(above);
      // Whoever planned what runs now called it, so to speak.
      return asker === null ? frames : apply(concat, frames, [asker]);
    } catch {
      return tag();
    } finally {
      try {
        if (limit) defineProperty(NativeError, "stackTraceLimit", limit);
        if (prepare) defineProperty(NativeError, "prepareStackTrace", prepare);
        else delete NativeError.prepareStackTrace;
      } catch {
        // the page froze Error: nothing of ours was set either
      }
    }
  };

  // A frame that was taken out of its page cannot report any more, but what it lent still works:
  // then the page around it speaks for it.
  const { get: parentOf } = getOwnPropertyDescriptor(globalThis, "parent") || {};
  let outer = null;
  try {
    if (parentOf && parent !== self) {
      const { toString } = parent.Function.prototype;
      outer = toString[SPEAK] || null;
      outerSites = toString[SITES] || null;
    }
  } catch {
    // it is in a page of another site
  }
  const speak = (text) => {
    const lost = outer !== null && apply(parentOf, globalThis, []) === null;
    (lost ? outer : report)(text);
  };

  // Where the document came from: what a page calls itself later moves none of its cookies.
  const { href: landed } = location;
  const place = () => {
    const href = apply(startsWith, landed, ["http"]) ? landed : location.href;
    if (apply(startsWith, href, ["http"])) return href;
    const base = globalThis.document ? document.baseURI : "";
    return apply(startsWith, base, ["http"]) ? base : self.origin;
  };

  // What somebody who stores very much stored last, in one and the same place of a script.
  let heap = null;
  const { then } = Promise.prototype;
  const soon = Promise.resolve();
  const tip = () => {
    const { report } = heap;
    heap = null;
    speak(stringify(report));
  };
  const heaped = (kind, name, above, { gone = false, faint = false, patched = false, stack: known }) => {
    const total = apply(get, totals, [kind]);
    if (total >= MANY) return;
    apply(set, totals, [kind, total + 1]);
    const stack = bare(known || sites(above));
    const key = stringify({ __proto__: null, kind, gone, faint, patched, stack });
    if (heap !== null && (heap.key !== key || heap.report.names.length >= HEAP)) tip();
    if (heap === null) {
      const facts = { __proto__: null, gone, faint, patched, kept: null, names: bare([]) };
      const report = { __proto__: null, kind, name, page: place(), at: now(), stack, ...facts };
      heap = { __proto__: null, key, report };
      apply(then, soon, [() => heap !== null && tip()]);
    }
    const { names } = heap.report;
    names[names.length] = name;
  };

  /**
   * Reports one thing, unless it was reported often already; *most* times at the most.
   * Facts that cost something are asked for when they are needed.
   */
  const tell = (kind, name, above, facts, most = TOLD) => {
    try {
      const key = kind + " " + name;
      const told = apply(get, counts, [key]) || 0;
      if (told >= most || (full(kind) && !HEAPED[kind])) return;
      apply(set, counts, [key, told + 1]);
      const known = typeof facts === "function" ? facts() : facts;
      if (full(kind)) {
        heaped(kind, known.line || name, above, known);
        return;
      }
      apply(set, totals, [kind, (apply(get, totals, [kind]) || 0) + 1]);
      const report = { __proto__: null, kind, name, page: place(), at: now(), stack: known.stack || sites(above), ...known };
      // A page may have hung a toJSON on all arrays: old libraries do.
      setPrototypeOf(report.stack, null);
      if (report.stack.length <= (report.patched ? 1 : 0)) report.frames = addressed();
      speak(stringify(report));
    } catch {
      // never the page's trouble
    }
  };

  /** Takes our own frames out of an error that a native function threw through us. */
  const clean = (fault) => {
    try {
      if (fault instanceof NativeError && typeof fault.stack === "string" && apply(includes, fault.stack, [OURS])) {
        const lines = apply(split, fault.stack, ["\n"]);
        const kept = apply(filter, lines, [(line) => !apply(includes, line, [OURS])]);
        fault.stack = apply(join, kept, ["\n"]);
      }
    } catch {
      // it stays as it is
    }
    return fault;
  };

  /** Returns what stands for *native*, and looks like it. */
  const disguised = (target, traps) => {
    const shown = new Proxy(target, {
      __proto__: null,
      ...traps,
      get: (of, name, receiver) => {
        if (name === word) return of;
        if (name === SITES) return sites;
        return name === SPEAK ? speak : Reflect.get(of, name, receiver);
      },
    });
    apply(remember, natives, [shown, target]);
    return shown;
  };

  /** Puts *handler(native, self, args, above)* in the place of a native function. */
  const wrap = (owner, name, slot, handler) => {
    try {
      const own = owner && described(owner, name);
      if (!own || typeof own[slot] !== "function") return;
      // The trap itself is what stacks are cut at: a Proxy is no frame of them.
      const trap = (target, self, args) => {
        try {
          return handler(target, self, args, trap);
        } catch (fault) {
          throw clean(fault);
        }
      };
      own[slot] = disguised(own[slot], { apply: trap });
      defineProperty(owner, name, own);
    } catch {
      // a page that locked its prototypes is read by the jar alone
    }
  };

  // What a wrapped function says of itself is what the native one says, in each frame.
  wrap(Function.prototype, "toString", "value", (native_, self, args) => {
    const text = apply(native_, apply(native, natives, [self]) || self, args);
    if (text !== BARE) return text;
    try {
      const inner = self[word]; // of another frame
      return typeof inner === "function" ? apply(native_, inner, args) : text;
    } catch {
      return text; // a Proxy that was revoked
    }
  });

  /** Tells whether *what* stands for a native function of this realm. */
  const stands = (what) => apply(native, natives, [what]) !== undefined;

  /** Runs *work*, and takes *stack* for that of whatever it does without a stack. */
  const onBehalf = (stack, work) => {
    const before = asker;
    asker = stack;
    try {
      return work();
    } finally {
      asker = before;
    }
  };

  const full = (kind) => (apply(get, totals, [kind]) || 0) >= ALL;
  const beginning = (text) => apply(slice, text, [0, KEPT]);
  /** Tells whether *pattern* is in *text*, whatever the page made of patterns. */
  const matches = (pattern, text) => apply(exec, pattern, [text]) !== null;
  /** Returns what reads *name* of all that *owner* makes. */
  const reader = (owner, name) => {
    const { get: read } = (owner && getOwnPropertyDescriptor(owner.prototype, name)) || {};
    return (what) => apply(read, what, []);
  };
  const based = reader(globalThis.Node, "baseURI");
  /** Returns the whole address that *text* stands for here; null: it is none. */
  const whole = (text) => {
    try {
      return new Address(text, globalThis.document ? based(document) : location.href).href;
    } catch {
      return null;
    }
  };
  const watch = {
    ...{ apply, construct, now, word, wrap, clean, disguised, stands, tell, sites, full, beginning, onBehalf },
    ...{ matches, reader, whole, defineProperty, getOwnPropertyDescriptor },
  };
  for (const hook of hooks) {
    try {
      hook(watch);
    } catch {
      // a kind of storage that is not there is not watched
    }
  }
  if (globalThis.window && self === top && apply(startsWith, location.href, ["http"])) {
    report(stringify({ kind: "begun", name: "", page: location.href, at: now(), origin: performance.timeOrigin, stack: [] }));
  }
})
