// Notes a closed shadow root where survey.js looks for it.
function () {
  const key = Symbol.for("kapsel.closed");
  if (!globalThis[key]) Object.defineProperty(globalThis, key, { value: new WeakMap() });
  globalThis[key].set(this.host, this);
}
