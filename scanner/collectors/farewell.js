// Tells the page that it is about to be left, while we can still hear what it does about it: what
// it stores and sends when it really goes is heard by nobody.
(() => {
  // A page that asks whether it may be left would hold up the tab.
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  for (const [target, event] of [
    [document, new Event("visibilitychange", { bubbles: true })],
    [window, new PageTransitionEvent("pagehide")],
    [window, new Event("unload")],
  ]) {
    target.dispatchEvent(event);
  }
})()
