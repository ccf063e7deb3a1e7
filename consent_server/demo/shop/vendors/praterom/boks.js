// Opens a chat in the corner, and remembers its state in the browser's storage as Pure Chat does.
(() => {
  "use strict";

  localStorage.setItem("purechat_expanded", localStorage.getItem("purechat_expanded") ?? "false");

  function open() {
    const box = document.createElement("details");
    const head = document.createElement("summary");
    const words = document.createElement("p");
    box.className = "prat";
    box.open = localStorage.getItem("purechat_expanded") === "true";
    head.textContent = "Prat med oss";
    words.textContent = "Vi svarer hverdager fra ni til fire. Skriv gjerne til post@fjellbua.example.";
    box.append(head, words);
    box.addEventListener("toggle", () => localStorage.setItem("purechat_expanded", String(box.open)));
    (document.querySelector("main") ?? document.body).append(box);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open);
  else open();
})();
