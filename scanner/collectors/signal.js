// Says what a browser with Global Privacy Control says, in pages and in workers.
(() => {
  const owner = globalThis.Navigator || globalThis.WorkerNavigator;
  Object.defineProperty(owner.prototype, "globalPrivacyControl", {
    get: () => true,
    enumerable: true,
    configurable: true,
  });
})();
