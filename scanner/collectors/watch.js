// Runs before any script of a page, in each of its frames: tells who writes cookies and storage.
// It changes nothing that a page could notice: what is wrapped stays native to the eye
// (a Proxy of the native function), and a fault of ours never reaches the page.
(() => {
  "use strict";
  const report = globalThis.__kapsel;
  delete globalThis.__kapsel;
  if (typeof report !== "function") return;

  const { apply } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { stringify } = JSON;
  const { includes, split, startsWith, trim } = String.prototype;
  const now = Date.now;
  const NativeError = Error;
  const capture = Error.captureStackTrace;
  const counts = new Map();
  const { get, set } = Map.prototype;
  let all = 0;
  const DEPTH = 60; // frames of a stack
  const TOLD = 40; // reports of one and the same item, per frame of the page
  const ALL = 1500; // reports of a frame in all: who writes more is a loop
  const KEPT = 4096; // characters of a value that are sent on to be measured

  const sites = (above) => {
    const limit = getOwnPropertyDescriptor(NativeError, "stackTraceLimit");
    const prepare = getOwnPropertyDescriptor(NativeError, "prepareStackTrace");
    const holder = {};
    try {
      defineProperty(NativeError, "stackTraceLimit", { value: DEPTH, writable: true, configurable: true });
      defineProperty(NativeError, "prepareStackTrace", { value: (_, list) => list, writable: true, configurable: true });
      capture(holder, above);
      const list = holder.stack;
      if (typeof list !== "object") return [];
      const frames = [];
      for (let i = 0; i < list.length; i += 1) {
        const site = list[i];
        frames[i] = {
          url: site.getScriptNameOrSourceURL() || null,
          line: site.getLineNumber(),
          function: site.getFunctionName(),
          method: site.getMethodName(),
          type: site.getTypeName(),
          hash: site.getScriptHash ? site.getScriptHash() : null,
          origin: site.isEval() ? String(site.getEvalOrigin()) : null,
        };
      }
      return frames;
    } catch {
      return [];
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

  const place = () => {
    const { href } = location;
    if (apply(startsWith, href, ["http"])) return href;
    const base = document.baseURI;
    return apply(startsWith, base, ["http"]) ? base : self.origin;
  };

  const tell = (kind, name, above, facts) => {
    try {
      const key = kind + " " + name;
      const told = apply(get, counts, [key]) || 0;
      if (told >= TOLD || all >= ALL) return;
      apply(set, counts, [key, told + 1]);
      all += 1;
      report(stringify({ kind, name, page: place(), at: now(), stack: sites(above), ...facts }));
    } catch {
      // never the page's trouble
    }
  };

  const wrap = (owner, name, slot, handler) => {
    try {
      const described = owner && getOwnPropertyDescriptor(owner, name);
      if (!described || typeof described[slot] !== "function") return;
      const native = described[slot];
      // The trap itself is what stacks are cut at: a Proxy is no frame of them.
      const trap = (target, self, args) => handler(target, self, args, trap);
      const wrapped = new Proxy(native, { apply: trap });
      defineProperty(owner, name, { ...described, [slot]: wrapped });
    } catch {
      // a page that locked its prototypes is read by the jar alone
    }
  };

  const cookie = getOwnPropertyDescriptor(Document.prototype, "cookie");
  wrap(Document.prototype, "cookie", "set", (native, self, args, above) => {
    const result = apply(native, self, args);
    if (all >= ALL) return result;
    try {
      const line = String(args[0]);
      const pair = apply(trim, apply(split, line, [";", 1])[0], []);
      const jar = apply(cookie.get, self, []);
      const kept = apply(includes, "; " + jar + "; ", ["; " + pair + "; "]);
      tell("cookie", apply(trim, apply(split, pair, ["=", 1])[0], []), above, { line, kept });
    } catch {
      // a cookie that cannot be read back is found in the jar
    }
    return result;
  });

  if (globalThis.CookieStore) {
    wrap(CookieStore.prototype, "set", "value", (native, self, args, above) => {
      const given = typeof args[0] === "object" && args[0] !== null ? args[0] : { name: args[0], value: args[1] };
      const { name, value, domain, path, expires, sameSite, partitioned } = given;
      const result = apply(native, self, args);
      const line = `${name}=${value}; Path=${path || "/"}; Secure` +
        (domain ? `; Domain=${domain}` : "") +
        (sameSite ? `; SameSite=${sameSite}` : "; SameSite=Strict") +
        (partitioned ? "; Partitioned" : "") +
        (typeof expires === "number" ? `; Max-Age=${Math.round((expires - now()) / 1000)}` : "");
      const stack = sites(above);
      result.then(
        () => tell("cookie", String(name), above, { line, kept: true, stack }),
        () => {},
      );
      return result;
    });
    wrap(CookieStore.prototype, "delete", "value", (native, self, args, above) => {
      const given = typeof args[0] === "object" && args[0] !== null ? args[0] : { name: args[0] };
      const line = `${given.name}=; Max-Age=0; Path=${given.path || "/"}` +
        (given.domain ? `; Domain=${given.domain}` : "");
      tell("cookie", String(given.name), above, { line, kept: false });
      return apply(native, self, args);
    });
  }

  const area = (storage) => {
    try {
      return storage === globalThis.localStorage ? "local_storage" : "session_storage";
    } catch {
      return "session_storage";
    }
  };
  wrap(Storage.prototype, "setItem", "value", (native, self, args, above) => {
    const result = apply(native, self, args);
    try {
      const value = String(args[1]);
      tell(area(self), String(args[0]), above, { value: value.slice(0, KEPT), length: value.length });
    } catch {
      // a value that has no text was refused by the native function already
    }
    return result;
  });

  const named = (owner, method, kind) => {
    wrap(owner, method, "value", (native, self, args, above) => {
      const result = apply(native, self, args);
      try {
        tell(kind, String(args[0]), above, {});
      } catch {
        // as above
      }
      return result;
    });
  };
  named(globalThis.IDBFactory && IDBFactory.prototype, "open", "indexed_db");
  named(globalThis.CacheStorage && CacheStorage.prototype, "open", "cache_storage");
  wrap(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, "register", "value", (native, self, args, above) => {
    const result = apply(native, self, args);
    const stack = sites(above);
    result.then(
      ({ scope }) => tell("service_worker", scope, above, { stack }),
      () => {},
    );
    return result;
  });
})();
//# sourceURL=kapsel:watch
