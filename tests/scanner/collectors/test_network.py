from scanner.collectors.network import CONNECTIONS, Exchange, Traffic, initiator
from scanner.model import SetBy


def waiting(traffic, url, *, times):
    for _ in range(times):
        place = ("tab", str(len(traffic.unanswered)))
        traffic.unanswered[place] = 0.0
        exchange = traffic.exchanges.setdefault(place[1], Exchange())
        exchange.hops += ["https://elsewhere.example/", url]


def test_a_host_is_crowded_by_as_many_requests_as_a_browser_makes_of_it_at_once():
    traffic = Traffic()
    waiting(traffic, "https://cdn.shop.example/font", times=CONNECTIONS)
    waiting(traffic, "https://www.shop.example/font", times=CONNECTIONS - 1)
    traffic.unanswered["worker", "unknown"] = 0.0

    assert traffic.crowds("cdn.shop.example")
    assert not traffic.crowds("www.shop.example")
    assert not traffic.crowds("elsewhere.example")


def test_a_document_in_a_data_url_is_named_without_its_content():
    by = initiator({"type": "parser", "url": "data:text/html,<p>kari@example.no", "lineNumber": 0})

    assert by == SetBy(kind="http", url="data:text/html", line=1)
