from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from ui.drawing import words_of
from ui.tables import Address, Column, Matching, Order, Pager, Table


def address(query: str = "") -> Address:
    return Address.of(RequestFactory().get(f"/list/{query}"))


def test_an_address_keeps_what_was_chosen_and_drops_what_is_empty() -> None:
    assert str(address("?status=Held&service=&org=V1&org=V2")) == "/list/?status=Held&org=V1&org=V2"


def test_a_change_of_order_starts_again_at_the_first_page() -> None:
    assert str(address("?status=Held&after=x").with_(sort="-amount")) == "/list/?status=Held&sort=-amount"


def test_a_column_sorts_one_way_then_the_other() -> None:
    amount = Column(key="amount", label="Achievement Amount", kind="money", sort="amount")
    ascending = Order.parse("amount", ("amount",))
    table = Table(caption="Lines", columns=(amount,), rows=(), order=ascending, address=address())

    assert table.sort_href(amount) == "/list/?sort=-amount"
    assert ascending.direction("amount") == "ascending"
    assert Order.parse("-amount", ("amount",)).next_for("amount") == "amount"


def test_an_order_that_is_not_offered_is_the_default_order() -> None:
    assert Order.parse("password", ("name",), "-name") == Order("name", descending=True)


def test_a_list_says_how_many_and_how_much() -> None:
    table = Table(caption="Lines", columns=(), rows=(1,), noun=("line", "lines"), count=412, total=Decimal("318204.11"))

    assert table.summary == "412 lines, £318,204.11"


def test_pages_go_on_from_a_cursor_and_back_to_the_first() -> None:
    pager = Pager.sized(address("?status=Held&after=a")).followed_by("b")

    assert pager.next_href == "/list/?status=Held&after=b"
    assert pager.first_href == "/list/?status=Held"
    assert Pager.sized(address()).first_href == Pager.sized(address()).next_href == ""


def test_only_page_sizes_on_offer_are_taken() -> None:
    assert Pager.sized(address("?view=100")).size == 100
    assert Pager.sized(address("?view=100000")).size == 50
    assert Pager.sized(address("?view=100&status=Held")).kept == [("status", "Held")]


def test_all_that_match_are_offered_with_their_sum() -> None:
    assert Matching(count=1412, total=Decimal("318204.11"), token="t").label == "Select all 1,412 matching, £318,204.11"


@pytest.mark.parametrize(
    "row", [{"name": "A & B", "href": "/a/?b=1&c=2"}, SimpleNamespace(name="A & B", href="/a/?b=1&c=2")]
)
def test_a_cell_of_words_is_escaped_and_has_its_link(row: object) -> None:
    linked, unlinked = Column(key="name", label="Name", href="href"), Column(key="name", label="Name")

    assert words_of(row, linked) == '<a href="/a/?b=1&amp;c=2">A &amp; B</a>'
    assert words_of(row, unlinked) == "A & B"
    assert words_of(row, Column(key="name", label="Name", kind="status")) is None
