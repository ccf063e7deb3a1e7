// The links of a frame, as the visitor would meet them, and what the page calls itself.
(() => {
  const links = [];
  for (const node of document.querySelectorAll("a[href], area[href]")) {
    if (!node.hasAttribute("download") && node.href) links.push(String(node.href));
  }
  return {
    links,
    title: document.title,
    words: (document.body ? document.body.innerText : "").slice(0, 2000),
  };
})()
