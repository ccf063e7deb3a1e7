// A page that goes elsewhere by itself says so, and stands still until that way is watched, which
// it is not all the time: what a page loads is slower then. Windows that it opened are always
// watched; their question is answered like any other.
(({ apply, word, reader }) => {
  if (!globalThis.navigation || self !== top) return;
  const LEAVING = word + ":leaving";
  const { confirm, navigation } = globalThis;
  const { addEventListener } = EventTarget.prototype;
  const destination = reader(globalThis.NavigateEvent, "destination");
  const within = reader(globalThis.NavigationDestination, "sameDocument");

  const leaves = (event) => {
    if (!within(destination(event))) apply(confirm, globalThis, [LEAVING]);
  };
  apply(addEventListener, navigation, ["navigate", leaves]);
})
