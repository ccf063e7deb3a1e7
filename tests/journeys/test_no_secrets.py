"""Nothing that a scan hands out, keeps or says holds a secret of the site or of its owner."""

import base64
import gzip
import json
from urllib.parse import unquote

import pytest

from consent_server.demo import loopback
from tests.journeys.conftest import Kapsel
from tests.sites.paths import Answer, Host

# Each of these is written as a secret, or drawn by lot; none may come out anywhere.
VALUES = {
    "cookie of a response": "h7Qz0vXk2LpT9sWb",
    "cookie of a script": "tiurleik-i-mosen",
    "cookie that is refused": "r3FuS8dA5kZ1mQxY",
    "cookie without a name": "n0NaMe7vT4cBqLwE",
    "local storage": "lOc4L9sT0rX6gHjK",
    "session storage": "s3sS1oN8wQ2zVbNm",
    "database": "dAt4bAs3pO7iUyTr",
    "body that is sent": "b0DyP4sTw0rDzXcV",
    "beacon": "b34C0nJhGf5dSaQw",
    "hidden field": "hIdD3nF13lDmNbVc",
    "header of the site": "hEaD3r5iTeLkJhGf",
    "tag of a resource": "eT4gVaLu3PoIuYtR",
    "words for the console": "c0nS0l3MnBvCxZaS",
    "user in a data layer": "dL4y3rQwErTyUiOp",
    "name of a window": "w1nD0wAsDfGhJkLz",
    "given header": "gIv3nH34dXcVbNm1",
    "given cookie": "gIv3nC00kPoIuYt2",
    "filled in": "f1lL3dLkJhGfDsA3",
    "query by its name": "hemmeligere",
    "query by its looks": "q7Kd0PzXv2LmTt9s",
    "query without a value": "x9Bv4NcM2kQwE7rT",
    "name in a query": "z8Aq1SwD3eFr5TgH",
    "query in a query": "innpakket",
    "query in JSON": "jsonpakket",
    "part of a path": "aZ3bY6cX9dW1eV4fU7gT2hS5",
    "behind a semicolon": "bakstreken",
    "fragment": "brokdelen",
    "password in an address": "adressepass",
    "address that it leads to": "videresendt",
    "link of a sitemap": "kartlenken",
    "start page": "startnokkel",
    "page of the owner": "eiersside",
    "e-mail in a query": "kari.sporre",
    "e-mail in a query, escaped thrice": "kari.trippel",
    "e-mail in a path": "kari.stien",
    "e-mail in a key": "kari.nokkel",
    "e-mail in a name of a cookie": "kari.kaka",
    "e-mail on a button": "kari.knapp",
    "number of a person": "01017012345",
    "number of a phone": "91234567",
}
V = VALUES

LINKS = (
    f"/a?token={V['query by its name']}",
    f"/b?x={V['query by its looks']}",
    f"/c?{V['query without a value']}",
    f"/d?{V['name in a query']}=1",
    f"/e?next=%2Freset%3Ftoken%3D{V['query in a query']}",
    f"/f?d=%7B%22token%22%3A%22{V['query in JSON']}%22%7D",
    f"/reset/{V['part of a path']}",
    f"/g;token={V['behind a semicolon']}/x",
    f"/h#access_token={V['fragment']}",
    f"https://kari:{V['password in an address']}@www.shop.example/i",
    f"/j?e={V['e-mail in a query']}%40nord.example",
    f"/k?e={V['e-mail in a query, escaped thrice']}%252540nord.example",
    f"/l/{V['e-mail in a path']}@nord.example/x",
    f"/m?fnr={V['number of a person']}&tlf={V['number of a phone']}",
    "/leads-on",
    "/breaks",
)

PAGE = f"""<!doctype html><title>Min side {V["user in a data layer"]}</title>
{" ".join(f'<a href="{link}">x</a>' for link in LINKS)}
<form action=/save method=post><input type=hidden name=t value={V["hidden field"]}></form>
<div id=b role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fff">
Vi bruker informasjonskapsler (cookies) til statistikk.
<button onclick=ok(1)>Godta alle, {V["e-mail on a button"]}@nord.example</button>
<button onclick=ok(0)>Avvis alle</button></div>
<img src="https://t.track.example/px?cid={V["query by its looks"]}&u=\
{V["e-mail in a query"]}%40nord.example">
<script>
if (document.cookie.includes("choice=")) document.getElementById("b").remove();
function ok(x) {{ document.cookie = "choice=" + x + "; path=/; max-age=999"; location.reload(); }}
document.cookie = "js={V["cookie of a script"]}";
document.cookie = "m:{V["e-mail in a name of a cookie"]}@nord.example=1";
localStorage.setItem("one", "{V["local storage"]}");
localStorage.setItem("user:{V["e-mail in a key"]}@nord.example", "1");
sessionStorage.setItem("two", "{V["session storage"]}");
window.name = "{V["name of a window"]}";
window.dataLayer = [{{event: "login", user_id: "{V["user in a data layer"]}"}}];
console.log("{V["words for the console"]}");
fetch("/api", {{method: "POST", body: "{V["body that is sent"]}"}});
navigator.sendBeacon("https://t.track.example/b", "uid={V["beacon"]}");
indexedDB.open("db:{V["e-mail in a key"]}@nord.example_1", 1).onupgradeneeded = e =>
  e.target.result.createObjectStore("s").put("{V["database"]}", "k");
</script>"""

OPTIONS = {
    "cookies": (
        f"sid={V['cookie of a response']}",
        f"bad={V['cookie that is refused']}; Domain=other.example",
        V["cookie without a name"],
    ),
    "headers": {
        "etag": f'"{V["tag of a resource"]}"',
        "x-about": V["header of the site"],
        "content-security-policy": f"report-uri /csp?key={V['query by its name']}",
    },
}

LIST = f"""
sites:
  shop:
    url: "https://www.shop.example/?token={V["start page"]}"
    pages: ["/own?token={V["page of the owner"]}"]
    languages: [nb]
    states: [before, accept]
    visitor: {{headers: {{X-Stage: "${{HEADER}}"}}, cookies: [{{name: given, value: "${{COOKIE}}"}}]}}
  locked:
    url: "https://www.shop.example/"
    states: [before]
    login: [{{open: "/log-in?token={V["page of the owner"]}"}}, {{fill: {{"#u": "${{FILLED}}"}}}}, {{wait: /never}}]
"""  # noqa: E501 - as it stands in the file


def site():
    leads_on = f"/landed?session={V['address that it leads to']}#id_token={V['fragment']}"
    site_map = (
        "<urlset><url><loc>https://www.shop.example/s?token="
        f"{V['link of a sitemap']}</loc></url></urlset>"
    )
    pages = {
        "/": Answer(PAGE, **OPTIONS),
        "/own": "Hei",
        "/api": "{}",
        "/landed": "Hei",
        "/log-in": "<input id=u>",
        "/leads-on": Answer(status=302, headers={"location": leads_on}),
        "/breaks": Answer("err", status=500),
        "/sitemap.xml": Answer(site_map, kind="application/xml"),
    }
    for link in LINKS:
        pages.setdefault(link.split("?")[0].split("#")[0], "Hei")
    return Host(pages)


def forms(secret):
    """The ways in which *secret* may stand somewhere."""
    shifted = (base64.b64encode(b"x" * n + secret.encode()).decode()[4:-4] for n in range(3))
    return {secret, secret.encode().hex(), *(text for text in shifted if len(text) > 7)}


def readable(path):
    """What is in the file at *path*, also of what is packed in it."""
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    text = content.decode("latin-1")
    return text + unquote(unquote(text))


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """A folder with all that scans of these sites print, say, keep and show."""
    kapsel = Kapsel(tmp_path_factory.mktemp("scanned"))
    out = tmp_path_factory.mktemp("handed-out")
    (kapsel.folder / "sites.yaml").write_text(LIST)
    secrets = {
        "HEADER": V["given header"],
        "COOKIE": V["given cookie"],
        "FILLED": V["filled in"],
    }

    def keep(name, *command, status=0):
        done = kapsel.run("--log-level", "debug", *command, status=status, **secrets)
        (out / f"{name}.out").write_text(done.stdout)
        (out / f"{name}.err").write_text(done.stderr)
        return done.stdout

    hosts = {"www.shop.example": site(), "t.track.example": Host({"/px": "", "/b": ""})}
    with loopback.serve(hosts) as server:
        rules = [word for rule in server.resolve for word in ("--resolve", rule)]
        kept = ("--database", out / "kapsel.db")
        how = ("--insecure", *rules, *kept)
        evidence = ("--evidence", out / "evidence", "--har", "--progress", "json")
        scanned = keep(
            "scan", "scan", *how, *evidence, "--format", "json", "--max-pages", "40", status=1
        )
    for form in ("table", "json"):
        keep(f"show.{form}", "catalogue", "show", "shop", *kept, "--format", form)
    for form in ("csv", "json"):
        keep(f"export.{form}", "catalogue", "export", "shop", *kept, "--format", form)
    for form in ("html", "json", "markdown"):
        keep(f"declaration.{form}", "declaration", "shop", *kept, "--format", form)
    keep("report", "catalogue", "report", "shop", *kept)
    keep("feed", "catalogue", "feed", "shop", *kept)
    keep("embed", "embed", "shop", *kept)
    return out, json.loads(scanned)


def test_the_scan_read_what_holds_the_secrets(handed_out):
    _, scanned = handed_out
    shop, locked = scanned["scans"]

    read = {visit["url"].split("?")[0] for visit in shop["visits"]}
    names = {entry["name"] for entry in shop["entries"]}
    assert shop["banner"]["accepted"] is True
    assert {"https://www.shop.example" + path for path in ("/a", "/leads-on", "/s", "/m")} <= read
    assert {"sid", "js", "one", "two", "db:*_1", "window.name", "user:*", "m:*"} <= names
    assert "bad" in {refused["name"] for refused in shop["refused"]}
    assert locked["status"] == "failed"
    assert "step 3" in locked["visits"][0]["failure"]


@pytest.mark.parametrize("what", VALUES)
def test_no_output_holds(handed_out, what):
    out, _ = handed_out
    found = [
        str(path.relative_to(out))
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.suffix != ".png"
        if any(form in readable(path) for form in forms(VALUES[what]))
    ]

    assert found == []
