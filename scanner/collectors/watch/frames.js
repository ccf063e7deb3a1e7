// Animation frames are painted in real time, in which a scan waits for little: so the first ones
// of a document come by timers, which run in the page's own time. A loop that counts frames, or
// waits for some to pass, then gets where it wants to be.
(({ apply, wrap }) => {
  if (!globalThis.requestAnimationFrame) return;
  const FRAMES = 100; // of a document that come by timers: later ones are painted
  const EVERY = 16; // milliseconds from frame to frame
  const { setTimeout: plan, clearTimeout: drop, cancelAnimationFrame: cancel, performance } = globalThis;
  const { now } = Performance.prototype;
  const { get, set, delete: forget } = Map.prototype;
  const timers = new Map(); // by the number of the frame
  let left = FRAMES;
  let latest = 0;

  wrap(globalThis, "requestAnimationFrame", "value", (native, self, args) => {
    const work = args[0];
    if (left === 0 || typeof work !== "function") return apply(native, self, args);
    left -= 1;
    const run = (time) => {
      drop(apply(get, timers, [id]));
      apply(forget, timers, [id]);
      latest = time > latest ? time : latest;
      apply(work, undefined, [latest]);
    };
    const id = apply(native, self, [run]);
    const early = () => {
      cancel(id);
      run(apply(now, performance, []));
    };
    apply(set, timers, [id, plan(early, EVERY)]);
    return id;
  });
  wrap(globalThis, "cancelAnimationFrame", "value", (native, self, args) => {
    const timer = apply(get, timers, [args[0]]);
    if (timer !== undefined) {
      drop(timer);
      apply(forget, timers, [args[0]]);
    }
    return apply(native, self, args);
  });
})
