"""Names that people misspell, or call by the service."""

import pytest

from scanner.knowledge import load
from scanner.knowledge.likeness import alike, service


@pytest.mark.parametrize(
    ("written", "meant", "vendor"),
    [
        ("ASP.NET_SessionID", "ASP.NET_SessionId", "ASP.NET"),
        ("ASP.NET SessionId", "ASP.NET_SessionId", "ASP.NET"),
        ("__FBP", "_fbp", "Meta"),
        ("CookieInfromationConsent", "CookieInformationConsent", "Cookie Information"),
    ],
)
def test_a_misspelt_name_is_near_the_one_that_was_meant(written, meant, vendor):
    found = alike(written, load().vendors)

    assert (meant, vendor) in [(name, owner.name) for name, owner in found]


@pytest.mark.parametrize("name", ["_ga", "xq_7731", "id", ""])
def test_what_is_spelt_right_or_says_nothing_is_near_to_none(name):
    assert alike(name, load().vendors) == ()


def test_a_service_is_known_by_its_name_however_it_is_spelt():
    found = service("Purechat", load().vendors)

    assert found is not None
    assert found.name == "Pure Chat"
    assert service("xq_7731", load().vendors) is None
