// What the page's consent interfaces say: data layers with Google's consent commands, TCF, GPP.
// Runs in the page's own world, at the end; it only reads and asks.
(async () => {
  const KEYS = ["ad_storage", "analytics_storage", "ad_user_data", "ad_personalization", "functionality_storage", "personalization_storage"];
  const LIMIT = 400; // milliseconds for an interface to answer
  const SHORT = 100; // of a list, or of a text
  const MOST = 500; // entries of a data layer that are read
  const answered = (ask) =>
    Promise.race([
      new Promise((resolve) => {
        try {
          ask(resolve);
        } catch {
          resolve(null);
        }
      }),
      new Promise((resolve) => setTimeout(() => resolve(null), LIMIT)),
    ]);

  const layer = (name) => {
    const entries = window[name];
    if (!Array.isArray(entries)) return null;
    const commands = [];
    let tag = null;
    for (let index = 0; index < entries.length && index < MOST; index += 1) {
      const entry = entries[index];
      if (entry === null || typeof entry !== "object") continue;
      if (tag === null && (entry.event === "gtm.js" || entry[0] === "config" || entry[0] === "event")) tag = index;
      if (entry[0] !== "consent" || typeof entry[2] !== "object" || entry[2] === null) continue;
      const values = {};
      for (let i = 0; i < KEYS.length; i += 1) {
        const said = entry[2][KEYS[i]];
        if (said === "granted" || said === "denied") values[KEYS[i]] = said;
      }
      const command = entry[1] === "default" ? "default" : "update";
      commands[commands.length] = { command, index, values, region: Array.isArray(entry[2].region) };
    }
    return commands.length || tag !== null ? { name, tag, commands } : null;
  };

  // Pages change what lists can do, some so that whoever goes through one never comes to its end.
  const layers = [];
  const read = (name) => {
    for (let i = 0; i < layers.length; i += 1) if (layers[i].name === name) return;
    const found = layer(name);
    if (found) layers[layers.length] = found;
  };
  read("dataLayer");
  const { scripts } = document;
  for (let i = 0; i < scripts.length; i += 1) {
    const src = `${scripts[i].src}`; // none in pictures
    if (!src.includes("/gtm.js") && !src.includes("/gtag/js")) continue;
    const name = new URL(src).searchParams.get("l");
    if (name) read(name);
  }

  let tcf = null;
  if (typeof window.__tcfapi === "function") {
    const data = await answered((done) => window.__tcfapi("addEventListener", 2, (told) => done(told)));
    const given = (part) =>
      Object.keys(part || {}).filter((key) => part[key] === true && Number.isInteger(Number(key))).map(Number);
    if (data) {
      tcf = {
        applies: typeof data.gdprApplies === "boolean" ? data.gdprApplies : null,
        status: String(data.eventStatus || "").slice(0, SHORT),
        cmp: Number.isInteger(data.cmpId) ? data.cmpId : null,
        string: Boolean(data.tcString),
        consents: given(data.purpose && data.purpose.consents).slice(0, SHORT),
        interests: given(data.purpose && data.purpose.legitimateInterests).slice(0, SHORT),
        vendors: given(data.vendor && data.vendor.consents).length,
      };
      if (data.listenerId) window.__tcfapi("removeEventListener", 2, () => {}, data.listenerId);
    }
  }
  let gpp = null;
  if (typeof window.__gpp === "function") {
    const ping = await answered((done) => window.__gpp("ping", (told) => done(told)));
    if (ping) {
      const sections = Array.isArray(ping.applicableSections) ? ping.applicableSections.slice(0, SHORT).join(" ") : "";
      gpp = { status: String(ping.signalStatus || "").slice(0, SHORT), sections, string: Boolean(ping.gppString) };
    }
  }
  return { layers, tcf, gpp, usp: typeof window.__uspapi === "function" };
})()
