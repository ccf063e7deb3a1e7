// The links of a frame, as the visitor would meet them, and what the page calls itself.
(deeds) => {
  const links = [];
  const spoken = new Set(deeds);
  // A link that is no visit: a file, or a form in disguise, as frameworks make them.
  const DEED = `[download], [data-method]:not([data-method=get i]), [data-turbo-method]:not([data-turbo-method=get i]),
    [data-confirm], [data-turbo-confirm], [hx-post], [hx-put], [hx-patch], [hx-delete], [hx-confirm], [data-hx-post], [data-hx-delete]`;
  // Words that ask for a deed, and what asks whether somebody is sure of it.
  const does = (node) => {
    const { textContent } = node;
    const words = textContent.length > 60 ? "" : textContent.replace(/[\s\u00a0]+/g, " ").replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "").toLowerCase();
    const label = (node.getAttribute("aria-label") ?? node.title ?? "").trim().toLowerCase();
    return spoken.has(words) || spoken.has(label) || /\b(?:confirm|submit)\s*\(/.test(node.getAttribute("onclick") ?? "");
  };
  const collect = (root) => {
    for (const node of root.querySelectorAll("a[href], area[href]")) {
      if (!node.matches(DEED) && !does(node) && node.href) links.push(String(node.href));
    }
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) collect(node.shadowRoot);
    }
  };
  collect(document);
  // What the browser may render ahead, links or not: visitors' cookies are set by that, too.
  for (const { textContent } of document.querySelectorAll("script[type=speculationrules i]")) {
    try {
      const { prerender = [], prefetch = [] } = JSON.parse(textContent);
      for (const url of [...prerender, ...prefetch].flatMap(({ urls = [] }) => urls)) {
        links.push(new URL(url, document.baseURI).href);
      }
    } catch {
      // the browser does not understand it either
    }
  }
  // What stands in fields: who sends its hash tells of the visitor.
  const mails = () => [...document.querySelectorAll("input")].map(({ value }) => String(value))
    .filter((value) => value.length < 255 && value.includes("@")).slice(0, 20);
  // What browsers with a window fetch for it, with cookies.
  const worn = document.querySelectorAll("link[rel~=icon i][href], link[rel=manifest i][crossorigin=use-credentials i][href]");
  const canonical = document.querySelector("link[rel=canonical][href]");
  return {
    links,
    worn: [...worn].map(({ href }) => String(href)).filter((href) => href.startsWith("http")).slice(0, 10),
    mails: mails(),
    canonical: canonical ? String(canonical.href) : null,
    title: document.title,
    sources: [...document.querySelectorAll("script[src], iframe[src], img[src], form[action]")].slice(0, 30)
      .map((node) => String(node.getAttribute("src") ?? node.getAttribute("action")).slice(0, 500)),
    words: (self === top && document.body ? document.body.innerText : "").slice(0, 2000),
  };
}
