"""Which reads of a canvas, of WebGL and of fonts can tell one browser from another."""

import base64

import pytest

from scanner.model import SignalKind
from tests.sites.paths import Answer, Host, script

pytestmark = pytest.mark.anyio

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
INNOCENT = {
    "photo": "const i = new Image(); i.onload = () => { x.drawImage(i, 0, 0); c.toDataURL() };"
    "i.src = '/dot.png'",
    "squares": "x.fillRect(9, 9, 90, 90); c.toDataURL()",
    "emoji": "x.fillText('\\u{1F600}', 9, 9); x.getImageData(0, 0, 300, 150)",
    "format": "x.fillText('Text', 9, 9); c.toDataURL('image/webp')",
    "pixel": "x.fillText('Text', 9, 9); x.getImageData(0, 0, 1, 1)",
    "tiny": "c.width = c.height = 8; x.fillText('Text', 1, 8); c.toDataURL()",
    "labels": "for (let n = 0; n < 60; n += 1) { x.fillText('l' + n, n, n); x.measureText('l') }",
    "width": "for (let n = 0; n < 60; n += 1) document.body.offsetWidth",
    "shaders": "const g = document.createElement('canvas').getContext('webgl');"
    "if (g) for (const t of [35632, 35633]) g.getShaderPrecisionFormat(t, 36338)",
    "pick": "const g = document.createElement('canvas').getContext('webgl');"
    "if (g) g.readPixels(9, 9, 1, 1, g.RGBA, g.UNSIGNED_BYTE, new Uint8Array(4))",
}
MEASURES = """const s = document.createElement('span'); document.body.append(s);
for (let n = 0; n < 30; n += 1) { s.style.fontFamily = `f${n}, serif`; s.offsetWidth }"""
PIXELS = """const g = document.createElement('canvas').getContext('webgl');
g.readPixels(0, 0, 300, 150, g.RGBA, g.UNSIGNED_BYTE, new Uint8Array(4 * 300 * 150))"""
TELLING = {
    "url": ("canvas", "x.fillText('Cwm fjord', 9, 9); c.toDataURL()"),
    "data": ("canvas", "x.strokeText('Cwm fjord', 9, 9); x.getImageData(0, 0, 300, 150)"),
    "blob": ("canvas", "x.fillText(12, 9, 9); c.toBlob(() => {})"),
    "worker": ("canvas", "new Worker('/worker.js')"),
    "read": ("webgl", PIXELS),
    "elements": ("fonts", MEASURES),
    "keys": ("keyboard", "navigator.keyboard.getLayoutMap().catch(() => {})"),
}
OPEN = "const c = document.createElement('canvas'), x = c.getContext('2d');\n"
WORKER = """const c = new OffscreenCanvas(300, 150);
c.getContext("2d").fillText("Cwm fjord", 9, 9);
c.convertToBlob();"""


async def test_what_tells_browsers_apart_is_told_from_what_draws(look):
    codes = {**INNOCENT, **{name: code for name, (_, code) in TELLING.items()}}
    frames = "".join(f"<iframe src=/{name}></iframe>" for name in codes)
    pages = {f"/{n}": Answer(f"<body><script src=/{n}.js></script>") for n in codes}
    scripts = {f"/{name}.js": script(OPEN + code) for name, code in codes.items()}
    extra = {"/dot.png": Answer(DOT, kind="image/png"), "/worker.js": script(WORKER)}
    shop = Host({"/": Answer(frames), **pages, **scripts, **extra})
    found = await look({"www.shop.example": shop}, site={"max_pages": 1}.items())

    told = {
        (signal.by.url.rpartition("/")[2], signal.name)
        for read in found.crawl.reads
        for signal in read.signals
        if signal.kind is SignalKind.FINGERPRINTING
    }
    assert told == {(f"{name}.js", what) for name, (what, _) in TELLING.items()}
