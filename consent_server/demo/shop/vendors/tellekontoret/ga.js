// Counts page views with the cookies and the lifetimes of the first Google Analytics script
// (ga.js): a visitor, a visit, where she came from, a throttle and the site's own label.
(() => {
  "use strict";

  const MINUTE = 60;
  const DAY = 24 * 60 * MINUTE;
  const VISITOR = 730 * DAY; // __utma, __utmv: two years
  const VISIT = 30 * MINUTE; // __utmb
  const SOURCE = 15768000; // __utmz: six months
  const THROTTLE = 10 * MINUTE; // __utmt

  const labels = location.hostname.split(".");
  const named = labels.length > 1 && !/^\d+$/.test(labels.at(-1));
  const domain = named ? `; domain=.${labels.slice(-2).join(".")}` : "";
  const hash = [...location.hostname].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 1e9, 7);
  const now = Math.floor(Date.now() / 1000);

  function read(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : null;
  }

  function write(name, value, seconds) {
    const expires = seconds ? `; expires=${new Date(Date.now() + seconds * 1000).toUTCString()}` : "";
    document.cookie = `${name}=${value}; path=/${domain}${expires}`;
  }

  const visitor = Math.floor(Math.random() * 0x7fffffff);
  write("__utma", read("__utma") ?? `${hash}.${visitor}.${now}.${now}.${now}.1`, VISITOR);
  write("__utmb", `${hash}.1.10.${now}`, VISIT);
  write("__utmc", String(hash), null);
  write("__utmz", read("__utmz") ?? `${hash}.${now}.1.1.utmcsr=(direct)|utmccn=(direct)|utmcmd=(none)`, SOURCE);
  write("__utmv", `${hash}.|1=Kundetype=Gjest=1`, VISITOR);

  if (read("__utmt") === null) {
    write("__utmt", "1", THROTTLE);
    const hit = new URL("treff.gif", document.currentScript.src);
    hit.searchParams.set("utmp", location.pathname);
    new Image().src = hit.href;
  }
})();
