"""Who stores what, as geometry."""

import msgspec

from scanner.model import Category
from scanner.report.graph import BOX, MAX_NODES, WIDTH, graph


def test_each_setter_and_each_domain_is_one_node_and_each_pair_one_edge(shop):
    picture = graph(shop.entries)

    assert [node.full for node in picture.setters] == ["not known", "shop.example", "tags.example"]
    assert [node.full for node in picture.domains] == ["shop.example"]
    assert len(picture.edges) == 3
    assert [(row.setter, row.names) for row in picture.rows] == [
        ("not known", ("x<&>\x01",)),
        ("shop.example", ("sid",)),
        ("tags.example", ("_ga",)),
    ]


def test_the_busiest_host_stands_first(shop):
    ga = shop.entries[0]
    more = [msgspec.structs.replace(ga, name=f"_ga_{n}") for n in range(5)]

    picture = graph([*shop.entries, *more])

    assert picture.setters[0].full == "tags.example"
    assert max(edge.width for edge in picture.edges) > min(edge.width for edge in picture.edges)


def test_an_edge_has_the_colour_of_its_most_sensitive_item(shop):
    ga = shop.entries[0]
    ad = msgspec.structs.replace(ga, name="_gcl_au", category=Category.MARKETING)

    assert graph([ga, ad]).edges[0].category is Category.MARKETING


def test_a_hundred_hosts_are_cut_in_the_picture_but_not_in_the_table(shop):
    ga = shop.entries[0]
    many = [msgspec.structs.replace(ga, domain=f"{'d' * 40}{n:03}.example") for n in range(100)]

    picture = graph(many)

    assert len(picture.domains) == MAX_NODES
    assert len(picture.rows) == 100
    assert picture.domains[0].label.startswith("…")
    assert all(node.x + BOX <= WIDTH for node in picture.domains)


def test_nothing_makes_an_empty_picture():
    picture = graph([])

    assert (picture.rows, picture.edges) == ((), ())
