// Code that scripts make out of text, and that runs later without a stack: timers that are given
// text, handlers and javascript: addresses in HTML. Also functions that run with no stack at all.
(({ apply, construct, wrap, disguised, tell, sites, onBehalf, defineProperty, getOwnPropertyDescriptor }) => {
  const { slice, startsWith } = String.prototype;
  const { test } = RegExp.prototype;
  const MOST = 65536; // characters of code that are sent on to be hashed
  const CODE = /\bon\w+\s*=|javascript:|<script/i;
  const HANDLER = /^on\w+$/i;
  const TIMES = 300; // texts of a page

  const code = (text, above, form) => {
    if (text.length <= MOST) tell("code", form, above, { text }, TIMES);
  };

  for (const name of ["setTimeout", "setInterval"]) {
    wrap(globalThis, name, "value", (native, self, args, above) => {
      const [what, ...rest] = args;
      if (typeof what === "string") code(what, above, "script");
      else if (typeof what === "function" && apply(startsWith, what.name, ["bound "])) {
        const stack = sites(above);
        const planned = function (...given) {
          return onBehalf(stack, () => apply(what, this, given));
        };
        return apply(native, self, [planned, ...rest]);
      }
      return apply(native, self, args);
    });
  }

  for (const name of ["Worker", "SharedWorker"]) {
    const Native = globalThis[name];
    if (!Native) continue;
    const made = disguised(Native, {
      construct(target, args, as) {
        const url = new URL(`${args[0]}`, location.href).href;
        tell("brought", name, made, { text: url }, TIMES);
        return construct(target, args, as === made ? target : as);
      },
    });
    defineProperty(globalThis, name, { value: made, writable: true, enumerable: false, configurable: true });
    defineProperty(Native.prototype, "constructor", { value: made, writable: true, enumerable: false, configurable: true });
  }

  if (!globalThis.Element) return;
  // An image is fetched a moment after it was asked for, when nobody is on the stack any more.
  const { get: source } = getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  const fetched = (image, above) => tell("brought", "image", above, { text: apply(source, image, []) }, TIMES);
  wrap(HTMLImageElement.prototype, "src", "set", (native, self, args, above) => {
    const result = apply(native, self, args);
    fetched(self, above);
    return result;
  });

  const Trusted = globalThis.TrustedHTML;
  const isTrusted = (text) => Trusted !== undefined && text instanceof Trusted;
  const html = (text, above) => {
    const plain = typeof text === "string" || isTrusted(text) ? `${text}` : "";
    if (apply(test, CODE, [plain])) code(plain, above, "html");
  };
  wrap(Element.prototype, "innerHTML", "set", (native, self, args, above) => {
    html(args[0], above);
    return apply(native, self, args);
  });
  wrap(Element.prototype, "outerHTML", "set", (native, self, args, above) => {
    html(args[0], above);
    return apply(native, self, args);
  });
  wrap(Element.prototype, "insertAdjacentHTML", "value", (native, self, args, above) => {
    html(args[1], above);
    return apply(native, self, args);
  });
  for (const name of ["write", "writeln"]) {
    wrap(Document.prototype, name, "value", (native, self, args, above) => {
      for (const text of args) html(text, above);
      return apply(native, self, args);
    });
  }
  wrap(Range.prototype, "createContextualFragment", "value", (native, self, args, above) => {
    html(args[0], above);
    return apply(native, self, args);
  });
  wrap(Element.prototype, "setAttribute", "value", (native, self, args, above) => {
    const [name, value] = args;
    if (typeof value === "string") {
      if (apply(test, HANDLER, [name])) code(value, above, "script");
      else if (apply(startsWith, value, ["javascript:"])) code(apply(slice, value, [11]), above, "script");
    }
    const result = apply(native, self, args);
    if (name === "src" && self instanceof HTMLImageElement) fetched(self, above);
    return result;
  });
  for (const [owner, name] of [
    [HTMLAnchorElement, "href"],
    [HTMLIFrameElement, "src"],
    [HTMLIFrameElement, "srcdoc"],
    [HTMLFormElement, "action"],
  ]) {
    wrap(owner.prototype, name, "set", (native, self, args, above) => {
      const [value] = args;
      if (typeof value === "string" && apply(startsWith, value, ["javascript:"])) {
        code(apply(slice, value, [11]), above, "script");
      }
      if (name === "srcdoc") html(value, above);
      return apply(native, self, args);
    });
  }
})
