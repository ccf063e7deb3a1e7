// What the banners of these pages share: each press is written into the cookie "pressed".
function press(name, ...layers) {
  const before = (document.cookie.match(/(?:^|; )pressed=([^;]*)/) ?? [])[1];
  document.cookie = `pressed=${before ? `${before}+` : ""}${name}; path=/; Secure; SameSite=None`;
  for (const id of layers) document.getElementById(id).remove();
}

// "statistics=0,marketing=1": what the checkboxes and switches below `id` say.
function ticked(id) {
  return [...document.getElementById(id).querySelectorAll("[name]")]
    .filter((e) => !e.disabled && (e.type !== "radio" || e.checked))
    .map((e) => `${e.name}=${e.type === "radio" ? e.value : Number(e.checked ?? e.getAttribute("aria-checked") === "true")}`)
    .join(",");
}

function show(id, ...others) {
  document.getElementById(id).hidden = false;
  for (const other of others) document.getElementById(other).remove();
}
