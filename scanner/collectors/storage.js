// What a frame keeps, without the values: (async () => …)() in a world that the page cannot see.
(async () => {
  const KEPT = 4096; // characters of a value that are sent on to be measured
  const found = [];
  const attempt = async (read) => {
    try {
      await read();
    } catch {
      // a frame without an origin has no storage
    }
  };
  const area = (kind, storage) => {
    for (let i = 0; i < storage.length; i += 1) {
      const name = storage.key(i);
      const value = storage.getItem(name) || "";
      found.push({ kind, name, value: value.slice(0, KEPT), length: value.length });
    }
  };
  await attempt(() => area("local_storage", localStorage));
  await attempt(() => area("session_storage", sessionStorage));
  await attempt(async () => {
    for (const { name } of await indexedDB.databases()) found.push({ kind: "indexed_db", name });
  });
  await attempt(async () => {
    for (const name of await caches.keys()) found.push({ kind: "cache_storage", name });
  });
  await attempt(async () => {
    for (const { scope, active, waiting, installing } of await navigator.serviceWorker.getRegistrations()) {
      const worker = active || waiting || installing;
      found.push({ kind: "service_worker", name: scope, script: worker ? worker.scriptURL : null });
    }
  });
  return { origin: self.origin, found };
})()
