addEventListener("install", (event) => {
  event.waitUntil(Promise.all([fetch("/api/tjener"), caches.open("hurtiglager")]));
});
