// Cookies that scripts write: document.cookie and CookieStore, in pages and in service workers.
(({ apply, now, wrap, tell, sites, full, getOwnPropertyDescriptor }) => {
  const { endsWith, includes, split, trim } = String.prototype;
  const { Document, HTMLDocument } = globalThis; // not to be had any more in a frame that was removed
  const { then } = Promise.prototype;

  const cookie = Document && getOwnPropertyDescriptor(Document.prototype, "cookie");
  wrap(Document && Document.prototype, "cookie", "set", (native, self, args, above) => {
    if (args.length === 0) return apply(native, self, args);
    const line = `${args[0]}`;
    const result = apply(native, self, [line]);
    try {
      const pair = apply(trim, apply(split, line, [";", 1])[0], []);
      tell("cookie", apply(trim, apply(split, pair, ["=", 1])[0], []), above, () => {
        // Who writes as many as that is in a loop, in which to read them all back takes long.
        const jar = full("cookie") ? null : apply(cookie.get, self, []);
        const kept = jar === null ? null : apply(includes, "; " + jar + "; ", ["; " + pair + "; "]);
        return { line, kept, patched: patched(self) };
      });
    } catch {
      // a cookie that cannot be read back is found in the jar
    }
    return result;
  });

  const ours = cookie && getOwnPropertyDescriptor(Document.prototype, "cookie").set;
  const patched = (target) =>
    getOwnPropertyDescriptor(Document.prototype, "cookie").set !== ours ||
    getOwnPropertyDescriptor(HTMLDocument.prototype, "cookie") !== undefined ||
    getOwnPropertyDescriptor(target, "cookie") !== undefined;

  if (!globalThis.CookieStore) return;
  /** Returns *path* as a CookieStore takes it: it ends it with a slash. */
  const folder = (path) => {
    const text = `${path || ""}`;
    return apply(endsWith, text, ["/"]) ? text : `${text}/`;
  };
  wrap(CookieStore.prototype, "set", "value", (native, self, args, above) => {
    const result = apply(native, self, args);
    try {
      const given = typeof args[0] === "object" && args[0] !== null ? args[0] : { name: args[0], value: args[1] };
      const { name, value, domain, path, expires, sameSite, partitioned } = given;
      const line = `${name}=${value}; Path=${folder(path)}; Secure` +
        (domain ? `; Domain=${domain}` : "") +
        (sameSite ? `; SameSite=${sameSite}` : "; SameSite=Strict") +
        (partitioned ? "; Partitioned" : "") +
        (expires === undefined || expires === null ? "" : `; Max-Age=${Math.round((Number(expires) - now()) / 1000)}`);
      const facts = { line, kept: true, stack: sites(above), at: now() };
      apply(then, result, [() => tell("cookie", String(name), above, facts), () => {}]);
    } catch {
      // what was given is found in the jar
    }
    return result;
  });
  wrap(CookieStore.prototype, "delete", "value", (native, self, args, above) => {
    try {
      const given = typeof args[0] === "object" && args[0] !== null ? args[0] : { name: args[0] };
      const line = `${given.name}=; Max-Age=0; Path=${folder(given.path)}` +
        (given.domain ? `; Domain=${given.domain}` : "");
      tell("cookie", String(given.name), above, { line, kept: false });
    } catch {
      // nothing is deleted that has no name
    }
    return apply(native, self, args);
  });
})
