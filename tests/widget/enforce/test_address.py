"""Addresses lead where a browser would go."""

import pytest

from widget.enforce.address import candidates, host, in_attribute


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [
        ("https://ads.example/x", "ads.example"),
        ("HTTPS://ADS.example:8443?x", "ads.example"),
        ("//ads.example", "ads.example"),
        ("  \n//ads.example/x", "ads.example"),
        ("https:\\\\ads.example\\x", "ads.example"),
        ("ht\ntps://ads.ex\tample/", "ads.example"),
        ("https:////ads.example/", "ads.example"),
        ("https://user:pass@ads.example/", "ads.example"),
        ("https://www.shop.example@ads.example/", "ads.example"),
        ("https://ads.example.", "ads.example"),
        ("https://ads%2Eexample/", "ads.example"),
        ("wss://ads.example/socket", "ads.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://[::1]:80/x", "[::1]"),
        ("/own", ""),
        ("own.js?https://ads.example", ""),
        ("", ""),
        ("?x", ""),
        ("data:text/html,//ads.example", None),
        ("blob:https://ads.example/1", None),
        ("javascript:void 0", None),
        ("about:blank", None),
    ],
)
def test_the_host_is_the_one_that_a_browser_asks(text, leads_to):
    assert host(text) == leads_to


def test_an_attribute_is_read_with_its_character_references():
    assert in_attribute(b"&#104;ttps:&sol;&sol;ads.example?a=1&amp;b=\xc3\xb8") == (
        "https://ads.example?a=1&b=ø"
    )


@pytest.mark.parametrize(
    ("srcset", "addresses"),
    [
        (" //a.example/1 1x,/2.png 2x", ["//a.example/1", "/2.png"]),
        (
            "/1.png, //a.example/2 100w (x,y) ,//a.example/3",
            ["/1.png", "//a.example/2", "//a.example/3"],
        ),
        ("data:image/png;base64,AA== 1x", ["data:image/png;base64,AA=="]),
        (",,", []),
        ("", []),
    ],
)
def test_a_set_of_pictures_has_all_its_addresses(srcset, addresses):
    assert candidates(srcset) == addresses
