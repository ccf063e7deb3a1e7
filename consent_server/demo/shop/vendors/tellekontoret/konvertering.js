// Remembers for ninety days that the visitor came by a campaign, as Google's conversion linker does.
(() => {
  "use strict";

  const LIFETIME = 90 * 24 * 60 * 60; // seconds
  const labels = location.hostname.split(".");
  const named = labels.length > 1 && !/^\d+$/.test(labels.at(-1));
  const domain = named ? `; domain=.${labels.slice(-2).join(".")}` : "";
  const value = `1.1.${Math.floor(Math.random() * 1e9)}.${Math.floor(Date.now() / 1000)}`;
  document.cookie = `_gcl_au=${value}; path=/${domain}; max-age=${LIFETIME}; samesite=lax`;
})();
