// Seconds since the document began, as far as it has come: one that still loads has no age.
() => (document.readyState === "loading" ? 0 : performance.now() / 1000)
