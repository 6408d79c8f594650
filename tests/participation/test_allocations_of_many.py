"""Allocations of a service that 5,000 practices were offered: pages follow each other, and ask as often as few."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.dates import inclusive
from organisations.models import Kind, Organisation
from participation.models import Allocation, Participation
from participation.states import State
from tests.participation.conftest import ENDS, STARTS
from tests.participation.pages import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

MANY = 5_000
SINCE = datetime(2021, 7, 1, tzinfo=UTC)


@pytest.fixture
def many(somewhere):
    """Every other practice has an allocation, of its number."""
    made = Organisation.objects.bulk_create(
        Organisation(code=f"X{n:05}", name=f"Practice {n:05}", kind=Kind.PRACTICE) for n in range(MANY)
    )
    Participation.objects.bulk_create(
        Participation(
            service=somewhere.service, provider=each, commissioner=somewhere.commissioner, offered_at=SINCE,
            state=State.APPROVED,
        )
        for each in made
    )  # fmt: skip
    days: DateRange = inclusive(STARTS, ENDS)
    Allocation.objects.bulk_create(
        Allocation(
            service=somewhere.service, provider=each, amount=n, valid=days, recorded=DateTimeTZRange(SINCE, None)
        )
        for n, each in enumerate(made)
        if n % 2
    )
    return reverse("participation:service_allocations", args=[somewhere.service.code])


@pytest.fixture
def asked(client, kezia):
    """Answers a page, and how many questions it put to the database."""
    reader = sign_in(client, kezia)
    reader.get(reverse("participation:allocations"))

    def get(address, **query):
        with CaptureQueriesContext(connection) as counted:
            answer = reader.get(address, query)
        return answer, len(counted)

    return get


def listed(answer) -> list[str]:
    """Each practice once: its name stands beside its box as well."""
    return list(dict.fromkeys(re.findall(r"Practice \d{5}", text(answer))))


def following(answer) -> str | None:
    found = re.search(r'href="([^"]*)" rel="next"', html.unescape(answer.content.decode()))
    return found[1] if found else None


def test_pages_follow_each_other_to_the_last_practice(many, asked):
    seen, counts, address = [], set(), many

    page, questions = asked(address, view="250", show="with")
    while True:
        seen += listed(page)
        counts.add(questions)
        onwards = following(page)
        if onwards is None or len(seen) > MANY:
            break
        page, questions = asked(onwards)

    assert seen == [f"Practice {n:05}" for n in range(1, MANY, 2)]
    assert max(counts) <= 10
    assert len(counts) == 1


def test_filters_and_sort_stay_in_the_address_of_the_next_page(many, asked):
    page, _questions = asked(many, show="without", sort="-code", text="practice 0")

    onwards = following(page)

    assert listed(page)[0] == f"Practice {MANY - 2:05}"
    assert all(part in onwards for part in ("show=without", "sort=-code", "text=practice"))
    assert "2,500 practices" in text(page)


def test_more_than_one_form_takes_cannot_be_chosen_at_once_and_few_can(many, asked):
    all_of_them, few = asked(many)[0], asked(many, text="practice 0001")[0]

    assert "5,000 practices" in text(all_of_them)
    assert "all_matching" not in all_of_them.content.decode()
    assert "all_matching" in few.content.decode()


def test_the_file_has_every_practice_that_matches(many, asked, somewhere):
    answer, _questions = asked(reverse("participation:allocations_file", args=[somewhere.service.code]), show="with")

    assert answer.content.decode("utf-8-sig").count("Practice ") == MANY // 2
