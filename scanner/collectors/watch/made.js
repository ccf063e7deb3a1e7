// Code that scripts make out of text, and that runs later without a stack: timers that are given
// text, handlers and javascript: addresses in HTML. Also functions that run with no stack at all.
(({ apply, construct, now, wrap, disguised, stands, tell, sites, onBehalf, matches, reader, whole, defineProperty }) => {
  const { slice, lastIndexOf } = String.prototype;
  const { exec } = RegExp.prototype;
  const MOST = 65536; // characters of code that are sent on to be hashed
  const CODE = /\bon\w+\s*=|javascript:|<script|srcdoc/i;
  const HANDLER = /^on\w+$/i;
  const SCHEME = /^\s*javascript:/i;
  const TIMES = 300; // texts of a page
  const [SHORTEST, LONGEST] = [100, 5000]; // milliseconds of a worker's timer that is waited for

  const { TrustedHTML: Html, TrustedScript: Script } = globalThis;
  const trusted = (text, kind) => kind !== undefined && text instanceof kind;
  const code = (text, above, form, patched = false) => {
    if (text.length <= MOST) tell("code", form, above, { text, patched }, TIMES);
  };

  // What only passes on a call, so that whatever it calls has nobody's stack when the browser does.
  const passing = new Set([Function.prototype.call, Function.prototype.apply, Reflect.apply, Reflect.set, eval, Function]);
  const { has } = Set.prototype;
  const passes = (what) => stands(what) || apply(has, passing, [what]);

  /** Returns *what* as it runs for whoever asks now. */
  const planned = (what, above) => {
    const stack = sites(above);
    return disguised(what, {
      apply: (target, self, given) => onBehalf(stack, () => apply(target, self, given)),
    });
  };
  wrap(Function.prototype, "bind", "value", (native, self, args, above) =>
    apply(native, passes(self) ? planned(self, above) : self, args),
  );
  // The time of workers is real: who waits for them must know for how long.
  let due = 0;
  const awaited = (delay, above) => {
    if (!(delay >= SHORTEST && delay <= LONGEST) || now() + delay <= due) return;
    due = now() + delay;
    tell("timer", "", above, { length: Math.round(delay) });
  };

  const planner = globalThis.window || WorkerGlobalScope.prototype;
  for (const name of ["setTimeout", "setInterval"]) {
    wrap(planner, name, "value", (native, self, args, above) => {
      const what = args[0];
      if (typeof what === "string" || trusted(what, Script)) {
        code(`${what}`, above, "script", globalThis[name] !== timers[name]);
      }
      if (!globalThis.window) awaited(args[1], above);
      if (typeof what === "function" && passes(what)) args[0] = planned(what, above);
      return apply(native, self, args);
    });
  }
  const timers = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval };

  for (const name of ["Worker", "SharedWorker", "WebTransport"]) {
    const Native = globalThis[name];
    if (!Native) continue;
    const made = disguised(Native, {
      construct(target, args, as) {
        const url = whole(`${args[0]}`);
        if (url !== null) tell("brought", name, made, { text: url }, TIMES);
        return construct(target, args, as === made ? target : as);
      },
    });
    defineProperty(globalThis, name, { value: made, writable: true, enumerable: false, configurable: true });
    defineProperty(Native.prototype, "constructor", { value: made, writable: true, enumerable: false, configurable: true });
  }

  if (!globalThis.Element) return;
  // An image is fetched a moment after it was asked for, when nobody is on the stack any more.
  const source = reader(HTMLImageElement, "src");
  const fetched = (image, above) => tell("brought", "image", above, { text: source(image) }, TIMES);
  wrap(HTMLImageElement.prototype, "src", "set", (native, self, args, above) => {
    const result = apply(native, self, args);
    fetched(self, above);
    return result;
  });

  // What may be asked after the page is gone.
  wrap(globalThis, "fetchLater", "value", (native, self, args, above) => {
    const result = apply(native, self, args);
    const url = whole(`${args[0].url || args[0]}`);
    if (url !== null) tell("brought", "fetchLater", above, { text: url }, TIMES);
    return result;
  });

  const html = (text, above) => {
    const plain = typeof text === "string" || trusted(text, Html) ? `${text}` : "";
    if (matches(CODE, plain)) code(plain, above, "html");
  };
  const { HTMLScriptElement: Tag } = globalThis;
  const script = (text, above) => {
    if (typeof text === "string" || trusted(text, Script)) code(`${text}`, above, "script");
  };
  const address = (text, above) => {
    const scheme = typeof text === "string" ? apply(exec, SCHEME, [text]) : null;
    if (scheme !== null) code(apply(slice, text, [scheme[0].length]), above, "script");
  };
  const attribute = (name, value, above) => {
    if (typeof value !== "string") return;
    if (matches(HANDLER, name)) code(value, above, "script");
    else if (name === "srcdoc") html(value, above);
    else address(value, above);
  };
  const takes = (owner, name, slot, place) => {
    wrap(owner, name, slot, (native, self, args, above) => {
      if (self instanceof Tag) script(args[place], above);
      else html(args[place], above);
      return apply(native, self, args);
    });
  };
  wrap(Element.prototype, "innerHTML", "set", (native, self, args, above) => {
    if (self instanceof Tag) script(args[0], above);
    else html(args[0], above);
    return apply(native, self, args);
  });
  takes(ShadowRoot.prototype, "innerHTML", "set", 0);
  for (const owner of [Element.prototype, ShadowRoot.prototype]) {
    takes(owner, "setHTMLUnsafe", "value", 0);
  }
  takes(Element.prototype, "outerHTML", "set", 0);
  takes(Element.prototype, "insertAdjacentHTML", "value", 1);
  takes(Range.prototype, "createContextualFragment", "value", 0);
  takes(DOMParser.prototype, "parseFromString", "value", 0);
  takes(Document, "parseHTMLUnsafe", "value", 0);

  // A tag can be written in pieces.
  let begun = "";
  for (const name of ["write", "writeln"]) {
    wrap(Document.prototype, name, "value", (native, self, args, above) => {
      for (let i = 0; i < args.length; i += 1) {
        const written = begun + (typeof args[i] === "string" || trusted(args[i], Html) ? args[i] : "");
        html(written, above);
        const open = apply(lastIndexOf, written, ["<"]);
        const unfinished = open > apply(lastIndexOf, written, [">"]) && written.length - open < MOST;
        begun = unfinished ? apply(slice, written, [open]) : "";
      }
      return apply(native, self, args);
    });
  }

  const [type, isConnected, nodeType] = [reader(Tag, "type"), reader(Node, "isConnected"), reader(Node, "nodeType")];
  const [localName, firstInside] = [reader(Element, "localName"), reader(Element, "firstElementChild")];
  const firstOf = reader(DocumentFragment, "firstElementChild");

  // Modules are compiled later, when nobody is on the stack any more.
  for (const [owner, name] of [
    [Tag.prototype, "text"],
    [Tag.prototype, "textContent"],
    [Node.prototype, "textContent"],
    [HTMLElement.prototype, "innerText"],
  ]) {
    wrap(owner, name, "set", (native, self, args, above) => {
      if (self instanceof Tag && (type(self) === "module" || isConnected(self))) script(args[0], above);
      return apply(native, self, args);
    });
  }

  // What stands in a script element runs when it is inserted, or filled. What that plans runs later,
  // when nobody is on the stack but a script without an address.
  const [ELEMENT, TEXT, FRAGMENT] = [1, 3, 11]; // types of nodes
  const LARGE = 2 ** 20; // characters of such a script that are sent on
  const content = reader(Node, "textContent");
  const listLength = reader(NodeList, "length");
  const { hasAttribute } = Element.prototype;
  const { querySelectorAll: within } = Element.prototype;
  const { querySelectorAll: inFragment } = DocumentFragment.prototype;
  const runs = (tag, more, above) => {
    if (apply(hasAttribute, tag, ["src"])) return;
    const text = content(tag) + more;
    if (text !== "" && text.length <= LARGE) tell("code", "element", above, { text }, TIMES);
  };
  // What a style sheet in the page asks for, the browser puts down to the page.
  const FETCHES = /@import\s+["']([^"'\s]+)|url\(\s*["']?(?!data:)([^"')\s]+)/g;
  const SHEETS = 40; // addresses in one
  const dresses = (sheet, above) => {
    const text = content(sheet);
    if (text.length > MOST) return;
    FETCHES.lastIndex = 0;
    for (let i = 0; i < SHEETS; i += 1) {
      const found = apply(exec, FETCHES, [text]);
      const url = found === null ? null : whole(found[1] || found[2]);
      if (found === null) break;
      if (url !== null) tell("brought", "style", above, { text: url }, TIMES);
    }
  };
  const inserted = (node, into, above) => {
    const kind = typeof node === "string" ? TEXT : nodeType(node);
    if (kind === TEXT) {
      if (nodeType(into) === ELEMENT && localName(into) === "script") {
        runs(into, typeof node === "string" ? node : content(node), above);
      }
    } else if (kind === ELEMENT && localName(node) === "script") {
      runs(node, "", above);
    } else if (kind === ELEMENT && localName(node) === "style") {
      dresses(node, above);
    } else if (kind === FRAGMENT ? firstOf(node) : kind === ELEMENT && firstInside(node)) {
      const tags = apply(kind === FRAGMENT ? inFragment : within, node, ["script"]);
      const count = listLength(tags);
      for (let i = 0; i < count; i += 1) runs(tags[i], "", above);
    }
  };
  const inserts = (owner, names, place = null) => {
    for (const name of names) {
      wrap(owner.prototype, name, "value", (native, self, args, above) => {
        try {
          if (owner === Range || isConnected(self)) {
            if (place !== null) inserted(args[place], self, above);
            else for (let i = 0; i < args.length; i += 1) inserted(args[i], self, above);
          }
        } catch {
          // it is no node
        }
        return apply(native, self, args);
      });
    }
  };
  inserts(Node, ["appendChild", "insertBefore", "replaceChild"], 0);
  inserts(Element, ["insertAdjacentElement"], 1);
  inserts(Range, ["insertNode"], 0);
  for (const owner of [Element, Document, DocumentFragment]) inserts(owner, ["append", "prepend", "replaceChildren"]);
  for (const owner of [Element, CharacterData]) inserts(owner, ["before", "after", "replaceWith"]);

  wrap(Element.prototype, "setAttribute", "value", (native, self, args, above) => {
    attribute(args[0], args[1], above);
    const result = apply(native, self, args);
    if (args[0] === "src" && self instanceof HTMLImageElement) fetched(self, above);
    return result;
  });
  wrap(Element.prototype, "setAttributeNS", "value", (native, self, args, above) => {
    attribute(args[1], args[2], above);
    return apply(native, self, args);
  });
  wrap(Attr.prototype, "value", "set", (native, self, args, above) => {
    attribute(self.name, args[0], above);
    return apply(native, self, args);
  });
  wrap(globalThis, "open", "value", (native, self, args, above) => {
    address(args[0], above);
    // Of a window without an opener the browser tells nobody who opened it.
    const shown = args[0] ? whole(`${args[0]}`) : null;
    if (shown !== null) tell("brought", "window", above, { text: shown }, TIMES);
    return apply(native, self, args);
  });
  for (const [owner, name] of [
    [HTMLAnchorElement, "href"],
    [HTMLIFrameElement, "src"],
    [HTMLIFrameElement, "srcdoc"],
    [HTMLFormElement, "action"],
  ]) {
    wrap(owner.prototype, name, "set", (native, self, args, above) => {
      if (name === "srcdoc") html(args[0], above);
      else address(args[0], above);
      return apply(native, self, args);
    });
  }
})
