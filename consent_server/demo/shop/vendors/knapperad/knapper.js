// Draws buttons for sharing, and counts what is shared with the two cookies of AddThis.
(() => {
  "use strict";

  const COUNTER = 34187400; // seconds: thirteen months
  const SESSION = 30 * 60; // seconds

  const week = Math.floor(Date.now() / (7 * 24 * 60 * 60 * 1000)) % 53;
  document.cookie = `__atuvc=1%7C${week}; path=/; max-age=${COUNTER}; samesite=lax`;
  document.cookie = `__atuvs=${Date.now().toString(16)}001; path=/; max-age=${SESSION}; samesite=lax`;

  function draw() {
    for (const row of document.querySelectorAll("[data-knapperad]")) {
      const names = row.dataset.knapperad.split(",");
      row.replaceChildren(
        ...names.map((name) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "deleknapp";
          button.textContent = `Del på ${name}`;
          return button;
        }),
      );
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", draw);
  else draw();
})();
