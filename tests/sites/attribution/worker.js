indexedDB.open('w_database'); caches.open('w_cache');
navigator.storage.getDirectory().then(async root => {
  const file = await root.getFileHandle('w_file', {create: true});
  (await file.createSyncAccessHandle()).close();
});
