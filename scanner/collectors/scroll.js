// Scrolls the main frame like a reader: to the end of what is there, screen by screen.
(() => {
  const { scrollingElement } = document;
  if (!scrollingElement) return;
  const screens = Math.min(20, Math.ceil(scrollingElement.scrollHeight / innerHeight));
  for (let i = 1; i <= screens; i += 1) scrollTo(0, i * innerHeight);
  document.dispatchEvent(new Event("scroll", { bubbles: true }));
})()
