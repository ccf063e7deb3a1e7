// Tells whether the page would do something if it were left. Runs in the page's own world.
["beforeunload", "freeze", "pagehide", "pageswap", "unload", "visibilitychange"].some((type) =>
  [window, document].some((target) => type in getEventListeners(target)),
)
