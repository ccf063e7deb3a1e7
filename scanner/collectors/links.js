// The links of a frame, as the visitor would meet them, and what the page calls itself.
(() => {
  const links = [];
  const collect = (root) => {
    for (const node of root.querySelectorAll("a[href], area[href]")) {
      if (!node.hasAttribute("download") && node.href) links.push(String(node.href));
    }
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) collect(node.shadowRoot);
    }
  };
  collect(document);
  const canonical = document.querySelector("link[rel=canonical][href]");
  return {
    links,
    canonical: canonical ? String(canonical.href) : null,
    title: document.title,
    words: (self === top && document.body ? document.body.innerText : "").slice(0, 2000),
  };
})()
