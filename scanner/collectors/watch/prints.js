// Reads of what tells one browser from another: canvas, WebGL, audio, fonts, devices and more.
(({ apply, construct, wrap, disguised, tell, matches, reader, defineProperty }) => {
  const MOST = 6; // reports of one interface, per frame: who asks is what matters
  const FORMATS = 8; // of numbers in shaders, likewise: there are twelve
  const FONTS = 20; // that are measured before it counts: a page uses a few
  const MEASURED = 3000; // elements of a document whose fonts are looked at when they are measured
  const SECRET = new Set([37445, 37446]); // UNMASKED_VENDOR_WEBGL, UNMASKED_RENDERER_WEBGL
  const { has, add } = Set.prototype;
  const { includes } = String.prototype;
  const { getPrototypeOf } = Object;
  const { abs } = Math;

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

  // What tells browsers apart is how they draw letters: a picture, a code of squares or an emoji that
  // is tried, and what is too small or loses detail when it is read, says little of that.
  const SMALL = 16; // pixels
  const LETTER = /[A-Za-z0-9]/;
  const LOSSY = /^image\/(jpeg|webp)$/i;
  const lettered = new WeakSet(); // the canvases in which letters were drawn
  const { has: isIn, add: putIn } = WeakSet.prototype;
  for (const Context of [globalThis.CanvasRenderingContext2D, globalThis.OffscreenCanvasRenderingContext2D]) {
    if (!Context) continue;
    const drawnOn = reader(Context, "canvas");
    for (const method of ["fillText", "strokeText"]) {
      wrap(Context.prototype, method, "value", (native, self, args) => {
        const canvas = drawnOn(self);
        const text = typeof args[0] === "number" ? `${args[0]}` : args[0];
        if (typeof text === "string" && !apply(isIn, lettered, [canvas]) && matches(LETTER, text)) {
          apply(putIn, lettered, [canvas]);
        }
        return apply(native, self, args);
      });
    }
    read("canvas", Context, "getImageData", "value", (self, args) => {
      const large = abs(args[2]) >= SMALL && abs(args[3]) >= SMALL;
      return large && apply(isIn, lettered, [drawnOn(self)]);
    });
  }
  for (const Drawn of [Canvas, Offscreen]) {
    if (!Drawn) continue;
    const [width, height] = [reader(Drawn, "width"), reader(Drawn, "height")];
    const told = (self, kind) =>
      apply(isIn, lettered, [self]) && width(self) >= SMALL && height(self) >= SMALL && !(typeof kind === "string" && matches(LOSSY, kind));
    read("canvas", Drawn, "toDataURL", "value", (self, args) => told(self, args[0]));
    read("canvas", Drawn, "toBlob", "value", (self, args) => told(self, args[1]));
    read("canvas", Drawn, "convertToBlob", "value", (self, args) => told(self, args[0] && args[0].type));
  }
  // The interfaces of WebGL are large: they are met with the first context, not in each document.
  const met = new WeakSet();
  const { has: knows, add: meet } = WeakSet.prototype;
  const webgl = (prototype) => {
    if (prototype === null || apply(knows, met, [prototype])) return;
    apply(meet, met, [prototype]);
    const context = { prototype };
    read("webgl", context, "getParameter", "value", (_, args) => apply(has, SECRET, [args[0]]));
    // Games and maps read the pixel under the mouse.
    read("webgl", context, "readPixels", "value", (_, args) => abs(args[2]) >= SMALL && abs(args[3]) >= SMALL);
    const asked = new Set(); // formats: whoever draws asks for those of a few
    read("webgl", context, "getShaderPrecisionFormat", "value", (_, args) => {
      apply(add, asked, [`${args[0]} ${args[1]}`]);
      return asked.size >= FORMATS;
    });
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
  const families = new Set();
  read("fonts", globalThis.CanvasRenderingContext2D, "measureText", "value", (self) => {
    if (fonts.size < FONTS) apply(add, fonts, [self.font]);
    return fonts.size >= FONTS;
  });
  // Texts are measured by elements, too, each in another font.
  const styled = reader(globalThis.HTMLElement, "style");
  let left = MEASURED;
  read("fonts", globalThis.HTMLElement, "offsetWidth", "get", (self) => {
    if (left === 0) return false;
    left -= 1;
    const { fontFamily } = styled(self);
    if (fontFamily !== "") apply(add, families, [fontFamily]);
    return families.size >= FONTS;
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
  read("keyboard", globalThis.Keyboard, "getLayoutMap");
  read("webgpu", globalThis.GPUAdapter, "info", "get");
  made("webrtc", "RTCPeerConnection");
})
