"""What a form says of an item becomes an override."""

import pytest

from consent_server.admin.forms import Form
from consent_server.admin.mistakes import Mistake
from consent_server.admin.sorting import proposed, read
from scanner.model import Category, State
from tests.scanner.folded import entries, seen


@pytest.mark.parametrize(("name", "glob"), [("cart[1]", "cart[[]1]"), ("what?", "what[?]")])
def test_a_name_is_proposed_as_it_is(name, glob):
    (entry,) = entries(seen(name))

    assert proposed(entry)["name"] == glob


def test_a_pattern_of_the_catalogue_is_proposed_as_one():
    (entry,) = entries(
        seen("check_1732270000001", state=State.BEFORE),
        seen("check_1732270000002", state=State.REJECT),
    )

    assert proposed(entry)["name"] == "check_*"


def test_a_form_whose_name_does_not_fit_the_item_is_refused():
    (entry,) = entries(seen("cart"))
    form = Form({"name": "basket", "category": Category.NECESSARY})

    with pytest.raises(Mistake, match="does not fit 'cart'"):
        read(form, entry, languages=["en"])
