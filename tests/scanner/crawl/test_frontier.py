import pytest

from scanner.crawl.frontier import Frontier, canonical, harmful
from scanner.model import Site

SHOP = Site(key="shop", url="https://www.shop.example/", own_domains=("shop-cdn.example",))


def level(urls, site=SHOP, max_pages=25):
    frontier = Frontier(site, max_pages=max_pages)
    frontier.begin(site.url)
    frontier.add(urls)
    return frontier.next_level()


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://www.shop.example#top", "https://www.shop.example/"),
        ("HTTPS://WWW.shop.example:443/a", "https://www.shop.example/a"),
        ("https://shop.example/a?utm_source=x&b=2&a=1&gclid=9", "https://shop.example/a?a=1&b=2"),
        ("https://shop.example/a;jsessionid=1F?x=", "https://shop.example/a?x="),
        ("https://shop.example:8443/å", "https://shop.example:8443/%C3%A5"),
        ("mailto:a@shop.example", None),
        ("javascript:void(0)", None),
        ("https://[bad", None),
        ("https://shop.example/" + "a/" * 30, None),
    ],
)
def test_each_page_has_one_spelling(url, page):
    assert canonical(url) == page


@pytest.mark.parametrize(
    "path",
    [
        "/logout",
        "/konto/logg-ut",
        "/user.php?action=logout",
        "/item/5/delete",
        "/?add-to-cart=12",
        "/cart/add/3",
        "/handlekurv?add=3",
        "/kalender?date=2026-12-01",
        "/brosjyre.PDF",
        "/bilde.jpg",
        "/d%C3%A9connexion",
        "/konto/%D0%B2%D0%B8%D0%B9%D1%82%D0%B8",
        "/salir",
        "/do?q=eyða",
        *("/odhl%C3%A1sit-se", "/kijelentkez%C3%A9s", "/%C3%A7%C4%B1k%C4%B1%C5%9F", "/odjava"),
        *("/logg%20ut", "/Logg_Av", "/konto/deleteAccount", "/konto/minkonto-slett", "/tøm-kurv"),
        *(
            "/slettKonto",
            "/sletKonto",
            "/konto-l%C3%B6schen",
            "/tabort/5",
            "/poista-tili",
            "/säg-upp",
        ),
        *("/lägg-i-varukorgen?id=5", "/laeg-i-kurven/5", "/legg-i-handlevogn", "/lisaa-koriin"),
        *("/wishlist/add/5", "/ønskeliste/legg-til/5", "/ostoskori/lisää/5", "/warenkorb/leeren"),
        *("/vote/5/up", "/like/5", "/buy-now?id=5", "/kjøp-nå?vare=5", "/post.php?action=trash"),
        *("/?do=add", "/?wishlist_add=5", "/sak/5?confirm=1", "/sso/slo", "/connect/endsession"),
        *("/выход", "/ログアウト", "/cart/empty", "/?removed_item=1"),
    ],
)
def test_links_that_change_something_or_never_end_are_not_followed(path):
    assert harmful("https://www.shop.example" + path)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/blogg/how-to-delete-cookies", "/kalender", "/handlekurv", "/vare?id=3", "/v1.2"),
        *(
            "/handla",
            "/handla/mejeri?sida=2",
            "/vote-for-us",
            "/likestilling",
            "/buy-now",
            "/slo-guide",
        ),
        *("/fjernkontroll", "/tom-ford", "/tommel", "/additional-info", "/nail-polish-remover"),
        *(
            "/order-history",
            "/slik-kan-du-handle?mode=list",
            "/tilaus",
            "/stem-fag",
            "/flagg/norge",
        ),
        *("/odjavljeni-savjeti", "/выходные", "/blogg/salir-de-fiesta", "/sletten", "/removalists"),
    ],
)
def test_pages_are_followed(path):
    assert not harmful("https://www.shop.example" + path)


def test_only_the_sites_own_pages_are_visited_each_once():
    pages = level(
        [
            "https://www.shop.example/",
            "https://blogg.shop.example/a#b",
            "https://blogg.shop.example/a",
            "https://shop-cdn.example/b",
            "https://other.example/c",
        ]
    )

    assert pages == ["https://blogg.shop.example/a", "https://shop-cdn.example/b"]


def test_include_and_exclude_are_globs_over_the_url_or_the_path():
    site = Site(
        key="shop",
        url="https://www.shop.example/",
        include=("/nb/*",),
        exclude=("https://www.shop.example/nb/intern/*",),
    )

    pages = level([f"https://www.shop.example/{p}" for p in ("nb/a", "en/a", "nb/intern/b")], site)

    assert pages == ["https://www.shop.example/nb/a"]


def test_what_the_owner_names_is_visited_whatever_it_looks_like():
    frontier = Frontier(SHOP, max_pages=5)

    frontier.add(["https://www.shop.example/logout", "https://other.example/"], asked=True)

    assert frontier.next_level() == ["https://www.shop.example/logout"]


def test_a_short_budget_is_spent_on_one_of_each_kind_of_page_first():
    goods = [f"https://www.shop.example/vare/{n}" for n in range(100)]

    pages = level([*goods, "https://www.shop.example/om", "https://www.shop.example/kat/a"],
                  max_pages=4)  # fmt: skip

    assert pages == [
        "https://www.shop.example/vare/0",
        "https://www.shop.example/om",
        "https://www.shop.example/kat/a",
    ]


def test_a_page_that_a_redirect_led_to_is_not_visited_again():
    frontier = Frontier(SHOP, max_pages=5)
    frontier.visited("https://www.shop.example/nb/#x")

    frontier.add(["https://www.shop.example/nb/"])

    assert frontier.next_level() == []


def test_of_ten_thousand_pages_of_one_kind_one_is_visited():
    goods = [f"https://www.shop.example/vare/{n}" for n in range(10_000)]
    frontier = Frontier(SHOP, max_pages=500)
    frontier.add(goods)
    frontier.add(["https://www.shop.example/om"])

    first = frontier.next_level()
    frontier.add(["https://www.shop.example/vare/ny", "https://www.shop.example/salg"])

    assert first == ["https://www.shop.example/vare/0", "https://www.shop.example/om"]
    assert frontier.next_level() == ["https://www.shop.example/salg"]


def test_ten_thousand_goods_at_the_root_do_not_hide_the_pages_beside_them():
    goods = [f"https://www.shop.example/en-fin-vare-{n}" for n in range(10_000)]

    pages = level([*goods, "https://www.shop.example/om", "https://www.shop.example/kontakt"])

    assert [page.rsplit("/", 1)[1] for page in pages] == ["en-fin-vare-0", "om", "kontakt"]


def test_the_routes_of_an_application_are_pages_and_other_fragments_are_not():
    pages = level(
        [f"https://www.shop.example/{p}" for p in ("#/om", "#!/salg", "#top", "#/om", "#/logout")]
    )

    assert pages == ["https://www.shop.example/#/om", "https://www.shop.example/#!/salg"]
