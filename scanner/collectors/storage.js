// What a frame keeps, without the values, told in a world that the page cannot see.
// *known* has, by place, what its databases took up when they were last looked into: to open them
// costs more than all the rest, so they are not opened again before something has changed.
async (known) => {
  const KEPT = 4096; // characters of a value that are sent on to be measured
  const DEPTH = 64; // folders in folders
  const MOST = 12000; // items of a frame, with which its files end
  const SWAP = ".crswap"; // ends the name of what Chromium keeps beside a file that is being written
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
  const files = async (folder, path, depth) => {
    let empty = true;
    for await (const [name, handle] of folder.entries()) {
      empty = false;
      if (name.endsWith(SWAP)) continue;
      if (found.length >= MOST) return;
      const place = path ? `${path}/${name}` : name;
      if (handle.kind === "directory" && depth > 0) await files(handle, place, depth - 1);
      else found.push({ kind: "file_system", name: place });
    }
    if (empty && path) found.push({ kind: "file_system", name: path });
  };
  const databases = async () => {
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
    await attempt(async () => files(await navigator.storage.getDirectory(), "", DEPTH));
  };
  await attempt(() => area("local_storage", localStorage));
  await attempt(() => area("session_storage", sessionStorage));
  const place = [self.origin, ...location.ancestorOrigins].join(" ");
  let size = null;
  await attempt(async () => {
    const { usage, usageDetails } = await navigator.storage.estimate();
    size = JSON.stringify([usage, usageDetails]);
  });
  if (size === null || known[place] !== size) await databases();
  if (self === top && name) {
    found.push({ kind: "window_name", name: "window.name", value: name.slice(0, KEPT), length: name.length });
  }
  return { origin: self.origin, place, size, found };
}
