// The pages work without this script; it only saves some steps.
"use strict";

// A button beside each secret that copies it.
for (const secret of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = document.body.dataset.copyWord;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(secret.textContent);
    button.textContent = document.body.dataset.copiedWord;
  });
  secret.after(" ", button);
}

// A scan that runs is asked every two seconds where it is; at its end the page is loaded anew.
const watched = document.querySelector("[data-watch]");
if (watched) {
  watched.querySelector("[data-reload]").hidden = true;
  const text = watched.querySelector("[data-text]");
  const bar = watched.querySelector("progress");
  const states = JSON.parse(watched.dataset.states);
  const look = async () => {
    let job;
    try {
      const answer = await fetch(watched.dataset.watch);
      job = answer.ok ? await answer.json() : { status: "lost" };
    } catch {
      setTimeout(look, 5000); // the server is away for a moment
      return;
    }
    if (job.status === "done" || job.status === "failed" || job.status === "lost") {
      location.reload();
      return;
    }
    const { state, visited, known, url } = job.progress;
    if (state) {
      const facts = { state: states[state] ?? state, visited, known };
      const words = watched.dataset.words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
      if (text.textContent !== words) text.textContent = words;
      bar.max = known;
      bar.value = visited;
      watched.querySelector("[data-url]").textContent = url;
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 1000);
}
