"""Starts and list sizes are corrected by the API: looked at first, and saved as they were seen."""

from __future__ import annotations

from datetime import date

import pytest

from core.actors import SYSTEM
from organisations.commands import set_list_sizes
from organisations.models import ListCorrection, ListKind
from participation.models import Participation

START, LISTS = "participations/save-start-date/", "list-sizes/correct/"


@pytest.fixture
def dilys(people, program):
    return program(people.commissioning)


@pytest.fixture
def row(world):
    return Participation.objects.get(provider=world.practices[0], service=world.service)


def of_list(world, **changed):
    return {
        "organisation": world.practices[0].code.lower(), "list": "CRP", "as_at": "2021-01-01", "size": 12_100,
        "reason": "Misread.",
    } | changed  # fmt: skip


def test_a_start_is_looked_at_and_saved_as_it_was_seen(calculated, row, dilys):
    said = {"id": row.pk, "version": row.version, "start_date": "2021-11-01", "reason": "It began in November."}

    seen = dilys.post(START, said | {"preview": True}).json()
    kept = Participation.objects.with_terms().get(pk=row.pk).start_date
    done = dilys.post(START, said | {"preview_token": seen["preview_token"]}, key="once")
    again = dilys.post(START, said | {"preview_token": seen["preview_token"]}, key="once")

    assert seen["sentences"][0] == "It would hold from 1 November 2021."
    assert "31 October 2021: 1 line is withdrawn, £735.36." in seen["sentences"]
    assert kept == date(2020, 4, 1)
    assert done.json()["sentences"][0].startswith("Start date 1 November 2021 saved.")
    assert (again.status_code, again.json()) == (200, done.json())
    assert Participation.objects.with_terms().get(pk=row.pk).start_date == date(2021, 11, 1)


def test_a_start_is_not_saved_where_it_would_do_something_else_by_now(world, row, dilys):
    said = {"id": row.pk, "version": row.version, "start_date": "2021-11-01", "reason": "It began in November."}
    seen = dilys.post(START, said | {"preview": True}).json()
    world.calculate()

    answer = dilys.post(START, said | {"preview_token": seen["preview_token"]})

    assert answer.status_code == 409
    assert any(sentence.startswith("New: 31 October 2021") for sentence in answer.json()["sentences"])
    assert Participation.objects.with_terms().get(pk=row.pk).start_date == date(2020, 4, 1)


def test_a_start_that_does_not_fit_or_is_another_s_is_refused(row, dilys, people, program):
    said = {"id": row.pk, "version": row.version, "reason": "Wrong."}

    early = dilys.save(START, said | {"start_date": "2019-01-01"})
    barred = program(people.parent).save(START, said | {"start_date": "2021-11-01"})
    unseen = program(people.stranger).save(START, said | {"start_date": "2021-11-01"})

    assert (early.status_code, barred.status_code, unseen.status_code) == (422, 403, 404)
    assert "is before the service starts" in early.json()["detail"]


def test_a_list_is_looked_at_and_saved_as_it_was_seen(calculated, dilys):
    seen = dilys.post(LISTS, of_list(calculated, preview=True)).json()
    kept = ListCorrection.objects.count()
    done = dilys.post(LISTS, of_list(calculated, preview_token=seen["preview_token"])).json()

    assert seen["sentences"][0] == "The registered list as at 1 January 2021 would be 12,100; it was 12,055."
    assert len(seen["sentences"]) > 1
    assert kept == 0
    assert (done["was"], done["size"], done["preview_token"]) == ("12055.00", "12100.00", "")
    assert done["sentences"][0].startswith("List size saved.")
    assert ListCorrection.objects.get().reason == "Misread."


def test_a_list_is_not_saved_where_it_has_changed_since(calculated, dilys):
    seen = dilys.post(LISTS, of_list(calculated, preview=True)).json()
    set_list_sizes(ListKind.CRP, date(2021, 1, 1), {calculated.practices[0].pk: 12_060}, by=SYSTEM)

    answer = dilys.post(LISTS, of_list(calculated, preview_token=seen["preview_token"]))

    assert answer.status_code == 409
    assert ListCorrection.objects.count() == 0


def test_a_list_that_is_so_already_or_of_a_day_to_come_is_refused(world, dilys):
    same = dilys.save(LISTS, of_list(world, size=12_055))
    to_come = dilys.save(LISTS, of_list(world, as_at="2022-01-01"))

    assert (same.status_code, to_come.status_code) == (422, 422)
    assert "is that already" in same.json()["detail"]
    assert to_come.json()["errors"][0]["field"] == "as_at"


def test_a_list_that_is_not_known_after_all_is_taken_away(world, dilys):
    done = dilys.save(LISTS, of_list(world, size=None)).json()

    assert (done["was"], done["size"]) == ("12055.00", None)
