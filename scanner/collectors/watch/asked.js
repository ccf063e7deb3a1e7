// Who asks what the visitor wants: the interfaces of TCF, GPP and USP, and Global Privacy Control.
(({ wrap, apply, clean, disguised, matches, tell, defineProperty }) => {
  const MOST = 6; // reports of one command, per frame: who asks is what matters
  const COMMAND = /^\w{1,40}$/;

  wrap(globalThis.Navigator && Navigator.prototype, "globalPrivacyControl", "get", (native, self, args, above) => {
    tell("privacy_control", "read", above, {}, MOST);
    return apply(native, self, args);
  });
  if (!globalThis.window) return;

  // Stubs and consent tools replace each other's function: each of them is watched.
  for (const [name, kind] of [["__tcfapi", "tcf"], ["__gpp", "gpp"], ["__uspapi", "gpp"]]) {
    let own;
    let shown;
    const trap = (target, self, args) => {
      const command = args[0];
      const said = typeof command === "string" && matches(COMMAND, command) ? command : "other";
      tell(kind, `${name} ${said}`, trap, {}, MOST);
      try {
        return apply(target, self, args);
      } catch (fault) {
        throw clean(fault);
      }
    };
    defineProperty(globalThis, name, {
      get: () => shown,
      set(value) {
        if (value === shown) return;
        own = value;
        shown = typeof own === "function" ? disguised(own, { apply: trap }) : own;
      },
      enumerable: false,
      configurable: true,
    });
  }
})
