// Remembers which articles the visitor has looked at, and shows the latest of them.
(() => {
  "use strict";

  const KEY = "fjellbua.sistSett";
  const seen = JSON.parse(localStorage.getItem(KEY) ?? "[]");
  const article = document.querySelector("[data-vare]");
  if (article) {
    const { vare: slug, navn: name } = article.dataset;
    const rest = seen.filter((other) => other.slug !== slug);
    localStorage.setItem(KEY, JSON.stringify([{ slug, name }, ...rest].slice(0, 4)));
  }
  sessionStorage.setItem("fjellbua.inngang", sessionStorage.getItem("fjellbua.inngang") ?? location.pathname);

  const place = document.querySelector("[data-sist-sett]");
  if (place && seen.length) {
    const heading = document.createElement("h2");
    const list = document.createElement("ul");
    heading.textContent = "Sist sett av deg";
    list.append(
      ...seen.map(({ slug, name }) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = `/vare/${encodeURIComponent(slug)}`;
        link.textContent = name;
        item.append(link);
        return item;
      }),
    );
    place.replaceChildren(heading, list);
  }
})();
