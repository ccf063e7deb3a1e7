// Reads of what tells one browser from another: canvas, WebGL, audio, fonts, devices and more.
(({ apply, construct, wrap, disguised, tell, defineProperty }) => {
  const MOST = 6; // reports of one interface, per frame: who asks is what matters
  const FONTS = 20; // that are measured before it counts: a page uses a few
  const SECRET = new Set([37445, 37446]); // UNMASKED_VENDOR_WEBGL, UNMASKED_RENDERER_WEBGL
  const { has, add } = Set.prototype;
  const { includes } = String.prototype;
  const { getPrototypeOf } = Object;

  const read = (name, owner, method, slot = "value", counts = () => true) => {
    wrap(owner && owner.prototype, method, slot, (native, self, args, above) => {
      if (counts(self, args)) tell("fingerprinting", name, above, {}, MOST);
      return apply(native, self, args);
    });
  };
  const made = (name, owner) => {
    const Native = globalThis[owner];
    if (!Native) return;
    const shown = disguised(Native, {
      construct(target, args, as) {
        tell("fingerprinting", name, shown, {}, MOST);
        return construct(target, args, as === shown ? target : as);
      },
    });
    defineProperty(globalThis, owner, { value: shown, writable: true, enumerable: false, configurable: true });
    defineProperty(Native.prototype, "constructor", { value: shown, writable: true, enumerable: false, configurable: true });
  };
  const { HTMLCanvasElement: Canvas, OffscreenCanvas: Offscreen } = globalThis;

  read("canvas", Canvas, "toDataURL");
  read("canvas", Canvas, "toBlob");
  read("canvas", Offscreen, "convertToBlob");
  read("canvas", globalThis.CanvasRenderingContext2D, "getImageData");
  read("canvas", globalThis.OffscreenCanvasRenderingContext2D, "getImageData");
  // The interfaces of WebGL are large: they are met with the first context, not in each document.
  const met = new WeakSet();
  const { has: knows, add: meet } = WeakSet.prototype;
  const webgl = (prototype) => {
    if (prototype === null || apply(knows, met, [prototype])) return;
    apply(meet, met, [prototype]);
    const context = { prototype };
    read("webgl", context, "getParameter", "value", (_, args) => apply(has, SECRET, [args[0]]));
    read("webgl", context, "readPixels");
    read("webgl", context, "getShaderPrecisionFormat");
  };
  for (const owner of [Canvas, Offscreen]) {
    wrap(owner && owner.prototype, "getContext", "value", (native, self, args) => {
      const context = apply(native, self, args);
      const kind = args[0];
      const drawn = typeof kind !== "string" || apply(includes, kind, ["webgl"]);
      if (drawn && context !== null) webgl(getPrototypeOf(context));
      return context;
    });
  }
  made("audio", "OfflineAudioContext");
  const fonts = new Set();
  read("fonts", globalThis.CanvasRenderingContext2D, "measureText", "value", (self) => {
    if (fonts.size < FONTS) apply(add, fonts, [self.font]);
    return fonts.size >= FONTS;
  });
  let checks = 0;
  read("fonts", globalThis.FontFaceSet, "check", "value", () => (checks += 1) >= FONTS);
  wrap(globalThis, "queryLocalFonts", "value", (native, self, args, above) => {
    tell("fingerprinting", "fonts", above, {}, MOST);
    return apply(native, self, args);
  });
  read("devices", globalThis.MediaDevices, "enumerateDevices");
  read("battery", globalThis.Navigator, "getBattery");
  read("voices", globalThis.SpeechSynthesis, "getVoices");
  read("plugins", globalThis.Navigator, "plugins", "get");
  read("client_hints", globalThis.NavigatorUAData, "getHighEntropyValues");
  made("webrtc", "RTCPeerConnection");
})
