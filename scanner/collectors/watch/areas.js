// Local and session storage, however it is written: setItem, localStorage.x = …, defineProperty.
// For the latter two a Proxy stands for each storage; natives that are given it get the real one.
(({ apply, construct, word, wrap, disguised, tell, beginning, defineProperty }) => {
  if (!globalThis.Storage) return;
  const { prototype } = Storage;
  const shown = new WeakMap(); // the Proxy of a storage
  const real = new WeakMap(); // the storage of a Proxy
  const LOCAL = word + ":local"; // asked of a Proxy: whether it stands for local storage
  const { get, set } = WeakMap.prototype;

  /** Returns the storage behind *self*, which may stand for one of another frame. */
  const behind = (self) => {
    const own = apply(get, real, [self]);
    if (own !== undefined) return own;
    try {
      const other = typeof self === "object" && self !== null ? self[word] : undefined;
      return typeof other === "object" && other !== null ? other : self;
    } catch {
      return self;
    }
  };

  const locals = new WeakSet(); // the local storages that were asked of this realm
  const { has, add } = WeakSet.prototype;
  const isLocal = (self) => {
    if (apply(has, locals, [behind(self)])) return true;
    return apply(get, real, [self]) === undefined && self[LOCAL] === true;
  };
  const told = (self, key, value, above, patched = false) => {
    const kind = isLocal(self) ? "local_storage" : "session_storage";
    tell(kind, key, above, { value: beginning(value), length: value.length, patched });
  };

  const stand = (storage) => {
    if (storage === null || storage === undefined) return storage;
    const known = apply(get, shown, [storage]);
    if (known !== undefined) return known;
    const write = (target, key, value) => {
      if (typeof key === "symbol" || key in prototype) return Reflect.set(target, key, value);
      const text = `${value}`;
      const done = Reflect.set(target, key, text);
      told(target, key, text, write);
      return done;
    };
    const traps = {
      __proto__: null,
      get: (target, key) => {
        if (key === word) return target;
        return key === LOCAL ? apply(has, locals, [target]) : Reflect.get(target, key);
      },
      set: (target, key, value) => write(target, key, value),
      defineProperty: (target, key, described) =>
        "value" in described && typeof key === "string"
          ? write(target, key, described.value)
          : Reflect.defineProperty(target, key, described),
    };
    const proxy = new Proxy(storage, traps);
    apply(set, shown, [storage, proxy]);
    apply(set, real, [proxy, storage]);
    return proxy;
  };

  for (const name of ["localStorage", "sessionStorage"]) {
    wrap(globalThis, name, "get", (native, self, args) => {
      const storage = apply(native, self, args);
      if (name === "localStorage" && storage) apply(add, locals, [storage]);
      return stand(storage);
    });
  }
  for (const name of ["getItem", "removeItem", "clear", "key"]) {
    wrap(prototype, name, "value", (native, self, args) => apply(native, behind(self), args));
  }
  wrap(prototype, "length", "get", (native, self, args) => apply(native, behind(self), args));
  wrap(prototype, "setItem", "value", (native, self, args, above) => {
    if (args.length < 2) return apply(native, behind(self), args);
    const key = `${args[0]}`;
    const value = `${args[1]}`;
    const result = apply(native, behind(self), [key, value]);
    told(self, key, value, above, prototype.setItem !== ours);
    return result;
  });
  const ours = prototype.setItem;

  const event = StorageEvent.prototype;
  wrap(event, "storageArea", "get", (native, self, args) => stand(apply(native, self, args)));
  wrap(event, "initStorageEvent", "value", (native, self, args) => {
    if (args.length > 7) args[7] = behind(args[7]);
    return apply(native, self, args);
  });
  const given = (init) =>
    init && init.storageArea ? { __proto__: null, ...init, storageArea: behind(init.storageArea) } : init;
  const made = disguised(StorageEvent, {
    construct: (target, args, as) => {
      if (args.length > 1) args[1] = given(args[1]);
      return construct(target, args, as);
    },
  });
  defineProperty(globalThis, "StorageEvent", { value: made, writable: true, enumerable: false, configurable: true });
  defineProperty(event, "constructor", { value: made, writable: true, enumerable: false, configurable: true });
})
