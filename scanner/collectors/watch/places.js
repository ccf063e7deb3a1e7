// Databases, caches, files, buckets, service workers, and the window's name, in pages and in workers.
(({ apply, wrap, tell, sites, beginning }) => {
  const { then } = Promise.prototype;

  /** Says what was stored once it was, by whoever asked for it. */
  const after = (result, above, kind, name, more = {}) => {
    const facts = { stack: sites(above), ...more };
    apply(then, result, [(made) => name(made, (text) => tell(kind, text, above, facts)), () => {}]);
    return result;
  };

  const named = (owner, method, kind, facts = {}) => {
    wrap(owner, method, "value", (native, self, args, above) => {
      if (args.length === 0) return apply(native, self, args);
      const name = `${args[0]}`;
      const result = apply(native, self, [name, ...args.slice(1)]);
      tell(kind, name, above, facts);
      return result;
    });
  };
  named(globalThis.IDBFactory && IDBFactory.prototype, "open", "indexed_db");
  named(globalThis.IDBFactory && IDBFactory.prototype, "deleteDatabase", "indexed_db", { gone: true });
  named(globalThis.CacheStorage && CacheStorage.prototype, "open", "cache_storage");
  named(globalThis.CacheStorage && CacheStorage.prototype, "delete", "cache_storage", { gone: true });

  wrap(globalThis.ServiceWorkerContainer && ServiceWorkerContainer.prototype, "register", "value", (native, self, args, above) => {
    const result = apply(native, self, args);
    const { href } = new URL(`${args[0]}`, document.baseURI);
    tell("brought", "ServiceWorker", above, { text: href });
    apply(then, result, [undefined, () => tell("unregistered", href, above, {})]);
    return after(result, above, "service_worker", ({ scope }, say) => say(scope));
  });

  const { StorageManager, StorageBucket, StorageBucketManager, FileSystemDirectoryHandle: Folder } = globalThis;
  if (Folder && StorageManager && StorageManager.prototype.getDirectory) {
    const { getDirectory } = StorageManager.prototype;
    const { resolve } = Folder.prototype;
    const roots = []; // promises of those of buckets

    /** Says the path of what *result* will be, below the root where it is. */
    const placed = (result, above, facts) =>
      after(result, above, "file_system", (made, say) => {
        for (const root of [apply(getDirectory, navigator.storage, []), ...roots]) {
          apply(then, root, [
            (top) => apply(then, apply(resolve, top, [made]), [(path) => path && say(path.join("/")), () => {}]),
            () => {},
          ]);
        }
      }, facts);
    for (const [method, facts] of [["getFileHandle", {}], ["getDirectoryHandle", { faint: true }]]) {
      wrap(Folder.prototype, method, "value", (native, self, args, above) => {
        const result = apply(native, self, args);
        return args[1] && args[1].create ? placed(result, above, facts) : result;
      });
    }
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

  wrap(globalThis.FileSystemDirectoryHandle && FileSystemDirectoryHandle.prototype, "removeEntry", "value", (native, self, args, above) => {
    tell("file_system", `${args[0]}`, above, { gone: true });
    return apply(native, self, args);
  });

  // The file system before that one, which Chromium still has; its objects have no global names.
  let known = false;
  const legacy = (root) => {
    if (known) return;
    known = true;
    wrap(Object.getPrototypeOf(root), "getFile", "value", (native, self, args, above) => {
      if (args[1] && args[1].create) tell("file_system", `${args[0]}`.replace(/^\//, ""), above, {});
      return apply(native, self, args);
    });
  };
  wrap(globalThis, "webkitRequestFileSystem", "value", (native, self, args) => {
    const [kind, size, done, ...rest] = args;
    if (typeof done !== "function") return apply(native, self, args);
    const opened = (system) => {
      legacy(system.root);
      return done(system);
    };
    return apply(native, self, [kind, size, opened, ...rest]);
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
