from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest
from django.db.models import DateField, Value
from django.db.models.functions import Coalesce, Length

from core.paging import page_of
from organisations.models import Organisation
from tests.factories.organisations import PracticeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def practices():
    for n in range(7):
        PracticeFactory.create(code=f"V{n:05d}", name="x" * (n // 2 + 1))
    day = Coalesce("open_date", Value("2021-10-31"), output_field=DateField())
    return Organisation.objects.annotate(length=Length("name"), day=day)


def walk(rows, order, size=2):
    """Every page's codes, one after the other."""
    found, after = [], ""
    while True:
        page = page_of(rows, order, after=after, size=size)
        found += [row.code for row in page.rows]
        if not page.next_cursor:
            return found
        after = page.next_cursor


@pytest.mark.parametrize("order", [("length", "pk"), ("-length", "-pk"), ("-length", "code"), ("day", "-length", "pk")])
def test_pages_in_an_order_of_added_columns_hold_every_row_once(practices, order):
    assert walk(practices, [each.replace("pk", "id") for each in order]) == [
        row.code for row in practices.order_by(*order)
    ]


@pytest.mark.parametrize(
    "made_up",
    [["soon", 1], ["2021-02-30", 1], ["\0", 1], [None, 1], ["2021-10-31"], ["2021-10-31", True], ["\ud800", 1]],
)
def test_a_cursor_that_somebody_made_up_starts_at_the_beginning(practices, made_up):
    cursor = urlsafe_b64encode(json.dumps(made_up).encode()).decode().rstrip("=")

    page = page_of(practices, ("day", "id"), after=cursor, size=3)

    assert [row.code for row in page.rows] == ["V00000", "V00001", "V00002"]


@pytest.mark.parametrize("order", [("name", "id"), ("-length", "-id"), ("-length", "code")])
@pytest.mark.parametrize("made_up", [[True, True], ["\ud800", 1], ["\udfff\0", "x"], [[], {}], [1.5, 2]])
def test_whatever_its_columns_a_cursor_that_is_none_starts_at_the_beginning(practices, order, made_up):
    cursor = urlsafe_b64encode(json.dumps(made_up).encode()).decode().rstrip("=")

    page = page_of(practices, order, after=cursor, size=9)

    assert len(page.rows) == 7


@pytest.mark.parametrize("made_up", ["[" * 100_000, "[" + "9" * 5_000 + ",1]", "nonsense", "\x00"])
def test_a_cursor_that_cannot_be_read_starts_at_the_beginning(practices, made_up):
    cursor = urlsafe_b64encode(made_up.encode()).decode().rstrip("=")

    page = page_of(practices, ("name", "id"), after=cursor, size=9)

    assert len(page.rows) == 7


def test_rows_that_come_before_the_last_one_seen_are_not_shown_twice(practices):
    first = page_of(practices, ("length", "id"), after="", size=3)
    PracticeFactory.create(code="A00000", name="x")

    second = page_of(practices, ("length", "id"), after=first.next_cursor, size=3)

    assert not {row.code for row in first.rows} & {row.code for row in second.rows}
