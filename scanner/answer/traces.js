// What a frame can tell of the consent that it has: web storage, IAB's signals, the data layer.
// The values stay in memory, only to be compared; nothing of them is kept.
async () => {
  const PATIENCE = 150; // milliseconds that an interface of the page may take to answer
  const stored = (read) => {
    try {
      return Object.entries({ ...read() }).map(([key, value]) => [key, String(value).slice(0, 4000)]);
    } catch {
      return []; // a sandboxed frame, or storage that is switched off
    }
  };
  const asked = (ask) =>
    new Promise((resolve) => {
      const late = setTimeout(() => resolve(null), PATIENCE);
      try {
        ask((data) => {
          clearTimeout(late);
          resolve(data ?? null);
        });
      } catch {
        resolve(null);
      }
    });
  const tcf =
    typeof window.__tcfapi === "function"
      ? await asked((done) => window.__tcfapi("getTCData", 2, done))
      : null;
  const gpp =
    typeof window.__gpp === "function" ? await asked((done) => window.__gpp("ping", done)) : null;
  const consent = [];
  for (const entry of Array.isArray(window.dataLayer) ? window.dataLayer : []) {
    try {
      const text = JSON.stringify(entry?.length ? [...entry] : entry);
      if (/consent/i.test(text)) consent.push(text.slice(0, 4000));
    } catch {
      // an entry that cannot be written down tells nothing
    }
  }
  return {
    storage: [...stored(() => localStorage), ...stored(() => sessionStorage)],
    tcf: tcf ? [String(tcf.tcString ?? ""), Object.values(tcf.purpose?.consents ?? {}).filter(Boolean).length] : null,
    gpp: gpp ? String(gpp.gppString ?? "") : null,
    consent,
  };
}
