// Remembers for thirty days how the map was last seen: in a cookie of the map's own host, which
// only pages that show the map can read, and in its storage.
(() => {
  "use strict";

  const LIFETIME = 30 * 24 * 60 * 60; // seconds
  document.cookie = `turkart_utsnitt=61.1,9.6,13; path=/; max-age=${LIFETIME}; secure; samesite=none`;
  localStorage.setItem("turkart.lag", "topografisk");
})();
