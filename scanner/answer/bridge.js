// Lets the engine, in its isolated world, speak to us; the page sees nothing of it.
self.autoconsentSendMessage = (message) => {
  self.kapselHears(JSON.stringify(message));
  return Promise.resolve();
};

// Tells which element the engine presses, and where it is in the window.
const SHORT = 120; // characters of a label
document.addEventListener(
  "click",
  (event) => {
    const [element] = event.composedPath();
    if (event.isTrusted || !(element instanceof Element)) return;
    let { x, y, width, height } = element.getBoundingClientRect();
    try {
      for (let at = window; at !== at.parent; at = at.parent) {
        const outer = at.frameElement.getBoundingClientRect();
        x += outer.x;
        y += outer.y;
      }
    } catch {
      width = 0; // in a frame of another origin: its place is not known here
    }
    const text = element.innerText || element.getAttribute("aria-label") || element.value || "";
    const label = text.replace(/\s+/g, " ").trim().slice(0, SHORT);
    const box = width ? [x, y, width, height].map((length) => Math.round(length) + 0) : null;
    self.kapselHears(JSON.stringify({ type: "pressed", label, box }));
  },
  true,
);
