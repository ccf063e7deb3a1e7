// Whether a checkbox, radio button or switch is on.
(element) =>
  typeof element.checked === "boolean"
    ? element.checked
    : ["aria-checked", "aria-pressed"].some((name) => element.getAttribute(name) === "true")
