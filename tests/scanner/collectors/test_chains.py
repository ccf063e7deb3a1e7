import pytest

from tests.sites.paths import Answer, Host, script

pytestmark = pytest.mark.anyio

SHOP = "https://www.shop.example/"
TAG = "https://cdn.tracker.example/tag.js"
THIRD = "; SameSite=None; Secure"
SENT = ("import", "picture", "deep", "font", "styled", "window", "linked", "data", "srcdoc", "blob")

HOME = """<!doctype html><body><p>A shop</p><a target=_blank rel=noopener href=//pic.example/linked>
</a><style>@import "https://pic.example/import"; p { background: url(//pic.example/picture) }
@font-face { font-family: f; src: url(//pic.example/font) } p { font-family: f }</style>
<iframe src='data:text/html,<img src=https://pic.example/data>'></iframe>
<iframe srcdoc='<iframe srcdoc="<img src=https://pic.example/srcdoc>"></iframe>'></iframe>
<script src=https://cdn.tracker.example/tag.js></script>"""
TAG_JS = """const style = document.createElement("style");
style.textContent = "body { background: url('https://pic.example/styled') }";
document.head.append(style);
open("https://pic.example/window", "_blank", "noopener");
document.querySelector("a").click();
const frame = document.createElement("iframe");
const html = "<img src=https://pic.example/blob>";
frame.src = URL.createObjectURL(new Blob([html], { type: "text/html" }));
document.body.append(frame);
"""


async def test_a_chain_goes_on_behind_sheets_windows_and_documents_in_the_page(look):
    sent = {f"/{name}": Answer("", cookies=(name + "=1" + THIRD,)) for name in SENT}
    css = "body > p { list-style: url(/deep); display: list-item }"
    sent["/import"] = Answer(css, cookies=("import=1" + THIRD,), kind="text/css")
    found = await look(
        {
            "www.shop.example": Host({"/": Answer(HOME)}),
            "cdn.tracker.example": Host({"/tag.js": script(TAG_JS)}),
            "pic.example": Host(sent),
        },
        site={"max_pages": 1}.items(),
    )

    chains = {
        name: [step.url for step in cookie.initiators] for name, cookie in found.cookies().items()
    }
    assert chains == {
        "import": [SHOP],
        "picture": [SHOP],
        "deep": ["https://pic.example/import", SHOP],
        "font": [SHOP],
        "data": [SHOP],
        "srcdoc": [SHOP],
        "linked": [SHOP],
        "styled": [TAG, SHOP],
        "window": [TAG, SHOP],
        "blob": [TAG, SHOP],
    }
    lines = {name: cookie.initiators[0].line for name, cookie in found.cookies().items()}
    assert (lines["styled"], lines["window"], lines["blob"]) == (3, 4, 9)


LOADER = """const load = (path) => fetch("https://cdn.tracker.example/" + path);
const text = (answer) => answer.text();
load("evaluated.js").then(text).then((code) => (0, eval)(code));
load("inserted.js").then(text).then((code) => {
  const tag = document.createElement("script");
  tag.text = code;
  document.head.append(tag);
});
const request = new XMLHttpRequest();
request.open("GET", "https://cdn.tracker.example/called.js");
request.onload = () => new Function(request.responseText)();
request.send();
fetch("/own.txt").then(text).then((code) => (0, eval)(code));
fetch("/own.js").then(text).then((code) => (0, eval)(code));
load("data.json").then(text).then((data) => { document.cookie = "told=" + data });
"""


async def test_code_that_was_fetched_as_a_text_is_named_by_where_it_stands(look):
    shared = {"access-control-allow-origin": "*"}
    tracker = {
        f"/{name}.js": script(f"\nsetTimeout(() => {{ document.cookie = '{name}=1' }}, 10)")
        for name in ("evaluated", "inserted", "called")
    }
    tracker["/data.json"] = Answer("7", kind="application/json")
    tracker = {
        path: Answer(answer.body, kind=answer.kind, headers=shared)
        for path, answer in tracker.items()
    }
    shop = {
        "/": Answer("<script src=/loader.js></script>"),
        "/loader.js": script(LOADER),
        "/own.js": script("document.cookie = 'own_script=1'"),
        "/own.txt": Answer("document.cookie = 'own_text=1'", kind="text/plain"),
    }
    found = await look({"www.shop.example": Host(shop), "cdn.tracker.example": Host(tracker)})

    loader = SHOP + "loader.js"
    assert {name: cookie.set_by.url for name, cookie in found.cookies().items()} == {
        "evaluated": "https://cdn.tracker.example/evaluated.js",
        "inserted": "https://cdn.tracker.example/inserted.js",
        "called": "https://cdn.tracker.example/called.js",
        "own_script": SHOP + "own.js",
        "own_text": loader,
        "told": loader,
    }
    assert found.cookies()["evaluated"].set_by.line == 2
    steps = [(step.url, step.line) for step in found.cookies()["evaluated"].initiators]
    assert steps == [(loader, 1), (SHOP, 1)]
