// Whether a frame's element lies over the page, as banners do.
(owner) => {
  for (let at = owner; at; at = at.parentElement ?? at.getRootNode().host ?? null) {
    if (at.tagName === "DIALOG" || /^(alert)?dialog$/.test(at.getAttribute("role") ?? "")) return true;
    const { position, zIndex } = getComputedStyle(at);
    if (position === "fixed" || position === "sticky") return true;
    if (position === "absolute" && Number(zIndex) > 0) return true;
    if (/cookie|consent|gdpr|cmp/i.test(`${at.id} ${at.getAttribute("class") ?? ""} ${at.title ?? ""}`))
      return true;
  }
  return false;
}
