// Counts page views with the cookies of Google Analytics 4: one for the visitor, one for the
// property that is named in this script's own address, both for two years.
(() => {
  "use strict";

  const LIFETIME = 63072000; // seconds
  const address = new URL(document.currentScript.src);
  const property = address.searchParams.get("id").replace(/^G-/, "");
  const labels = location.hostname.split(".");
  const named = labels.length > 1 && !/^\d+$/.test(labels.at(-1));
  const domain = named ? `; domain=.${labels.slice(-2).join(".")}` : "";
  const now = Math.floor(Date.now() / 1000);

  function write(name, value) {
    document.cookie = `${name}=${value}; path=/${domain}; max-age=${LIFETIME}; samesite=lax`;
  }

  if (!/(^|; )_ga=/.test(document.cookie)) {
    write("_ga", `GA1.1.${Math.floor(Math.random() * 1e9)}.${now}`);
  }
  write(`_ga_${property}`, `GS2.1.s${now}$o1$g0$t${now}$j60$l0$h0`);
  navigator.sendBeacon(new URL("treff.gif?v=2", address));
})();
