// What a control says now; empty if it cannot be pressed.
(control) =>
  control.disabled || control.closest("[aria-busy=true], [aria-disabled=true]")
    ? ""
    : control.innerText?.trim() || control.value || control.ariaLabel || control.title || ""
