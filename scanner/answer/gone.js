// Whether a layer is no longer before the visitor: removed, hidden, or moved out of the window.
(root) => {
  if (!root.isConnected) return true;
  if (!root.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return true;
  const box = root.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return true;
  let fixed = false;
  for (let at = root; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host ?? null)
    fixed ||= getComputedStyle(at).position === "fixed";
  if (!fixed) return false;
  return box.bottom < 2 || box.right < 2 || box.top > innerHeight - 2 || box.left > innerWidth - 2;
}
