// Databases, caches, files, buckets, service workers, and the window's name, in pages and in workers.
(({ apply, wrap, tell, sites, beginning, reader, whole }) => {
  const { then } = Promise.prototype;
  const { get, set } = WeakMap.prototype;
  const { join, concat, filter } = Array.prototype;
  const { startsWith, split } = String.prototype;
  const { getPrototypeOf } = Object;

  /** Says what was stored once it was, by whoever asked for it. */
  const after = (result, above, kind, name, more = {}) => {
    const facts = { stack: sites(above), ...more };
    const found = (made) => {
      try {
        name(made, (text) => tell(kind, text, above, facts));
      } catch {
        // the page changed what it is asked by
      }
    };
    apply(then, result, [found, () => {}]);
    return result;
  };

  // A database whose making is called off was there for a moment only.
  const { addEventListener: listen } = EventTarget.prototype;
  const created = (request, name) => {
    const making = ({ oldVersion }) => {
      const undone = () => tell("indexed_db", name, undone, { gone: true });
      if (oldVersion === 0) apply(listen, request.transaction, ["abort", undone]);
    };
    apply(listen, request, ["upgradeneeded", making]);
  };

  const named = (owner, method, kind, facts = {}, follow = () => {}) => {
    wrap(owner, method, "value", (native, self, args, above) => {
      if (args.length === 0) return apply(native, self, args);
      const name = `${args[0]}`;
      args[0] = name;
      const result = apply(native, self, args);
      tell(kind, name, above, facts);
      follow(result, name);
      return result;
    });
  };
  named(globalThis.IDBFactory && IDBFactory.prototype, "open", "indexed_db", {}, created);
  named(globalThis.IDBFactory && IDBFactory.prototype, "deleteDatabase", "indexed_db", { gone: true });
  named(globalThis.CacheStorage && CacheStorage.prototype, "open", "cache_storage");
  named(globalThis.CacheStorage && CacheStorage.prototype, "delete", "cache_storage", { gone: true });

  wrap(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, "register", "value", (native, self, args, above) => {
    const result = apply(native, self, args);
    const href = whole(`${args[0]}`);
    if (href !== null) {
      tell("brought", "ServiceWorker", above, { text: href });
      apply(then, result, [undefined, () => tell("unregistered", href, above, {})]);
    }
    return after(result, above, "service_worker", ({ scope }, say) => say(scope));
  });

  wrap(globalThis.ServiceWorkerRegistration && ServiceWorkerRegistration.prototype, "unregister", "value", (native, self, args, above) => {
    const { scope } = self;
    return after(apply(native, self, args), above, "service_worker", (done, say) => done && say(scope), { gone: true });
  });

  const { StorageManager, StorageBucket, StorageBucketManager, FileSystemDirectoryHandle: Folder } = globalThis;
  const { FileSystemHandle, FileSystemFileHandle } = globalThis;
  if (Folder && StorageManager && StorageManager.prototype.getDirectory) {
    const { getDirectory } = StorageManager.prototype;
    const { resolve } = Folder.prototype;
    const called = reader(FileSystemHandle, "name");
    const { storage } = navigator;
    const roots = []; // promises of those of buckets
    const folders = new WeakMap(); // of files and folders that were asked for

    /** Calls *say* with the path of *what* below the root where it is, and of *name* in it. */
    const locate = (what, name, say) => {
      const found = (path) => path && say(apply(join, apply(concat, path, name === null ? [] : [name]), ["/"]));
      const below = (top) => apply(then, apply(resolve, top, [what]), [found, () => {}]);
      apply(then, apply(getDirectory, storage, []), [below, () => {}]);
      for (let i = 0; i < roots.length; i += 1) apply(then, roots[i], [below, () => {}]);
    };
    /** Says where a file or folder was made, or taken away: *name* in *folder*. */
    const placed = (result, above, folder, name, facts = {}) =>
      after(result, above, "file_system", (_, say) => locate(folder, name, say), facts);

    for (const [method, facts] of [["getFileHandle", {}], ["getDirectoryHandle", { faint: true }]]) {
      wrap(Folder.prototype, method, "value", (native, self, args, above) => {
        const result = apply(native, self, args);
        apply(then, result, [(made) => apply(set, folders, [made, self]), () => {}]);
        return args[1] && args[1].create ? placed(result, above, self, `${args[0]}`, facts) : result;
      });
    }
    wrap(Folder.prototype, "removeEntry", "value", (native, self, args, above) =>
      placed(apply(native, self, args), above, self, `${args[0]}`, { gone: true }),
    );
    wrap(FileSystemHandle.prototype, "remove", "value", (native, self, args, above) => {
      const folder = apply(get, folders, [self]);
      const result = apply(native, self, args);
      return folder ? placed(result, above, folder, called(self), { gone: true }) : result;
    });
    wrap(FileSystemFileHandle && FileSystemFileHandle.prototype, "move", "value", (native, self, args, above) => {
      const from = apply(get, folders, [self]);
      const before = called(self);
      const into = typeof args[0] === "object" ? args[0] : from;
      const result = apply(native, self, args);
      const moved = () => into && apply(set, folders, [self, into]);
      apply(then, result, [moved, () => {}]);
      if (from) placed(result, above, from, before, { gone: true });
      return after(result, above, "file_system", (_, say) => locate(into || self, into ? called(self) : null, say));
    });
    wrap(StorageBucket && StorageBucket.prototype, "getDirectory", "value", (native, self, args) => {
      const root = apply(native, self, args);
      roots[roots.length] = root;
      return root;
    });
  }
  wrap(StorageBucketManager && StorageBucketManager.prototype, "open", "value", (native, self, args, above) =>
    after(apply(native, self, args), above, "storage_bucket", ({ name }, say) => say(name)),
  );
  wrap(StorageBucketManager && StorageBucketManager.prototype, "delete", "value", (native, self, args, above) => {
    tell("storage_bucket", `${args[0]}`, above, { gone: true });
    return apply(native, self, args);
  });

  // The file system before that one, which Chromium still has; its objects have no global names.
  const known = new WeakMap(); // the prototypes that are watched
  const tellPlace = (entry, path, above, facts) => {
    const full = path !== null && apply(startsWith, path, ["/"]) ? path : `${entry.fullPath}/${path === null ? "" : path}`;
    tell("file_system", apply(join, apply(filter, apply(split, full, ["/"]), [(part) => part !== ""]), ["/"]), above, facts);
  };
  const legacy = (root) => {
    const folder = getPrototypeOf(root);
    if (apply(get, known, [folder])) return;
    apply(set, known, [folder, true]);
    for (const [method, facts] of [["getFile", {}], ["getDirectory", { faint: true }]]) {
      wrap(folder, method, "value", (native, self, args, above) => {
        const made = apply(native, self, args);
        if (args[1] && args[1].create) tellPlace(self, `${args[0]}`, above, facts);
        return made;
      });
    }
    wrap(getPrototypeOf(folder), "remove", "value", (native, self, args, above) => {
      const result = apply(native, self, args);
      tellPlace(self, null, above, { gone: true });
      return result;
    });
  };
  wrap(globalThis, "webkitRequestFileSystem", "value", (native, self, args) => {
    const done = args[2];
    if (typeof done !== "function") return apply(native, self, args);
    const opened = (system) => {
      legacy(system.root);
      return done(system);
    };
    args[2] = opened;
    return apply(native, self, args);
  });
  wrap(globalThis, "webkitRequestFileSystemSync", "value", (native, self, args) => {
    const system = apply(native, self, args);
    legacy(system.root);
    return system;
  });

  if (globalThis.window) {
    wrap(globalThis, "name", "set", (native, self, args, above) => {
      if (args.length === 0) return apply(native, self, args);
      const value = `${args[0]}`;
      const result = apply(native, self, [value]);
      if (value !== "") tell("window_name", "window.name", above, { value: beginning(value), length: value.length });
      return result;
    });
  }
})
