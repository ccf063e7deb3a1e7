"""A preview shows the banner as it would be, and whatever is pressed in it is no decision."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from consent_server import preview
from consent_server.preview import Look, read_look
from scanner.errors import QuestionInvalid
from scanner.model import Banner
from tests.consent_server.conftest import TOKEN, serving
from tests.consent_server.test_banner import declaration


def test_without_a_question_the_banner_is_the_sites_own():
    own = declaration(banner=Banner(layout="dialog", scheme="dark", theme={"accent": "#0a5"}))

    look = read_look({}, own)

    assert look == Look(layout="dialog", scheme="dark", language="nb", theme={"accent": "#0a5"})


def test_a_look_changes_what_it_names_and_keeps_the_rest_of_the_theme():
    own = declaration(banner=Banner(theme={"accent": "#0a5", "radius": "2px"}))

    look = read_look({"layout": "bar", "accent": " #050 ", "text": "", "language": "ar"}, own)

    assert look == Look(layout="bar", language="ar", theme={"accent": "#050", "radius": "2px"})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"layout": "popup"}, "layout"),
        ({"language": "xx"}, "'language' is one of en, nb"),
        ({"accent": "red; } body {"}, "'accent' must be one CSS value"),
        ({"cookies": "many"}, "cookies"),
    ],
)
def test_a_look_that_there_is_not_is_refused_in_words(asked, words):
    with pytest.raises(QuestionInvalid, match=words):
        read_look(asked, declaration())


def test_the_script_of_a_preview_keeps_its_answer_to_itself():
    own = declaration(banner=Banner(take_over={"klaro": {"ads": "marketing"}}))

    script = preview.script(own, Look(language="fi", scheme="dark"))

    assert '"cookie_domains":[]' in script
    assert '"languages":["fi"]' in script
    assert '"scheme":"dark"' in script
    assert 'take_over":' not in script


def test_what_makes_the_banner_so_can_be_pasted():
    own = declaration(banner=Banner(revisit="link"))
    look = Look(layout="bar", scheme="light", theme={"font": 'Inter, "Open Sans"'})

    assert preview.settings(own, look) == [
        "banner:",
        "  layout: bar",
        "  scheme: light",
        "  theme:",
        '    font: "Inter, \\"Open Sans\\""',
        "  revisit: link",
    ]


def test_a_preview_of_no_site_and_a_wrong_one_are_refused(client):
    assert client.get("/w/nowhere/preview").status_code == 404
    assert client.get("/w/nowhere/preview/frame").status_code == 404
    assert client.get("/w/shop/preview/frame?layout=popup").status_code == 400
    wrong = client.get("/w/shop/preview?layout=<script>")
    assert wrong.status_code == 400
    assert "<script>" not in wrong.text


def test_the_frame_may_keep_nothing_and_ask_for_nothing_but_the_facts(client):
    policy = client.get("/w/shop/preview/frame").headers["content-security-policy"]

    assert policy.startswith("sandbox allow-scripts allow-popups")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src consent.example/w/shop.json;" in policy


def test_a_host_that_is_none_does_not_reach_the_policy(client):
    answer = client.get("/w/shop/preview/frame", headers={"Host": "x; script-src *"})

    assert answer.status_code == 400
    assert "script-src *" not in str(answer.headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    (folder / "sites.yaml").write_text(
        "sites: {shop: {url: 'https://www.shop.example/', languages: [en, nb]}}"
    )
    with serving(folder / "kapsel.db", folder / "sites.yaml", "--api-token", TOKEN) as server:
        yield server


def test_what_is_pressed_in_a_preview_is_neither_stored_nor_logged(page, server):
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.on("requestfailed", lambda request: sent.remove(request) if request in sent else None)
    page.set_viewport_size({"width": 1400, "height": 1300})  # the frame lies within it
    page.goto(f"{server.url}/w/shop/preview")
    frame = page.frame_locator("iframe")

    frame.get_by_role("button", name="Accept all").click()
    frame.get_by_role("status").filter(has_text="Your choice is saved.").wait_for()

    assert page.context.cookies() == []
    assert sent == []
    answer = page.request.get(
        f"{server.url}/api/v1/consents", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert answer.json()["records"] == []


def test_the_choices_explain_themselves_and_follow_the_form(page, server):
    page.goto(f"{server.url}/w/shop/preview")
    page.get_by_label("Layout").select_option("dialog")
    page.get_by_label("Layer").select_option("second")
    page.get_by_label("Language").select_option("nb")
    page.get_by_label("Colours").select_option("dark")
    page.get_by_label("Accent", exact=True).fill("#ffd166")

    page.get_by_role("button", name="Show").click()

    frame = page.frame_locator("iframe")
    frame.get_by_role("dialog", name="Innstillinger").wait_for()
    save = frame.get_by_role("button", name="Lagre valg")
    assert save.evaluate("(button) => getComputedStyle(button.closest('dialog')).color") == (
        "rgb(238, 242, 245)"
    )
    expect(page.locator("pre")).to_contain_text("scheme: dark")
    expect(page.locator("pre")).to_contain_text('    accent: "#ffd166"')
    expect(page.get_by_role("alert")).to_have_count(0)


def test_axe_finds_nothing_and_nothing_sticks_out(page, server):
    axe = Axe()
    found = []
    for width in (320, 1280):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{server.url}/w/shop/preview?layout=bar&accent=%23fff&accent-text=%23eee")
            page.frame_locator("iframe").get_by_role("region", name="Cookies").wait_for()
            found += [(width, scheme, v["id"]) for v in axe.run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append((width, scheme, "wider than the screen"))

    assert found == []
    expect(page.get_by_role("alert")).to_contain_text("contrast of 1.2")
