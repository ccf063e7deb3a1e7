"""The declaration, served: in the visitor's language, in three forms, with nothing that acts."""

import base64
import hashlib
import re

import pytest


def test_the_page_is_in_the_language_asked_for(client):
    danish = client.get("/w/shop/declaration", params={"lang": "da"})

    assert danish.headers["content-language"] == "da"
    assert '<html lang="da"' in danish.text
    assert client.get("/w/shop/declaration", params={"lang": "xx"}).status_code == 400


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "nb"),
        ("en-GB,en;q=0.9,nb;q=0.8", "en"),
        ("no", "nb"),
        ("de", "nb"),
        ("nb;q=0,en", "en"),
    ],
)
def test_without_that_the_browser_s_languages_decide_among_the_sites(client, accepted, language):
    answer = client.get("/w/shop/declaration", headers={"Accept-Language": accepted})

    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"


def test_the_policy_lets_only_the_pages_own_style_act(client):
    answer = client.get("/w/shop/declaration")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_markdown_and_json_say_the_same(client):
    markdown = client.get("/w/shop/declaration.md", params={"lang": "nb"})
    values = client.get("/w/shop/declaration.json", params={"lang": "nb"}).json()

    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "kapsel" in markdown.text
    assert values["revision"] == client.get("/w/shop.json").json()["revision"]
    assert [item["name"] for item in values["items"]] == ["kapsel_consent"]
    assert values["items"][0]["lifetime"] == 15552000


@pytest.mark.parametrize("suffix", ["", ".json", ".md"])
def test_there_is_no_declaration_of_a_site_that_is_not_listed(client, suffix):
    assert client.get(f"/w/nobody/declaration{suffix}").status_code == 404
