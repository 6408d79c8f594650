"""Ends of many networks: a worker works out what would change, and saves it as it was seen."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from operations.commands import deliver
from operations.models import Job, OutboxMessage
from participation.models import EndRequest, Participation
from participation.states import State
from participation.views import ends
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, utsire
from tests.participation.test_pages import sign_in, text, tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def world(monkeypatch):
    """So many networks, that one is too many."""
    monkeypatch.setattr(ends, "IN_A_REQUEST", 0)
    return utsire()


@pytest.fixture
def by(world):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)


def work():
    """What a worker does with the messages of large ends."""
    for message in OutboxMessage.objects.filter(task="participation.large_end", done_at=None).order_by("pk"):
        deliver(message.pk)


def checked(client, world, by, address="save_end_date", **more):
    given = {"seen": tokens(Participation.objects.all()), "step": "check", "reason": "It stopped.", **more}
    return sign_in(client, by).post(
        reverse(f"participation:{address}", args=[world.service.code]), given, follow=True
    )  # fmt: skip


def test_what_would_change_is_worked_out_by_a_worker_and_then_saved(client, world, by):
    waiting = checked(client, world, by, end_date="2021-09-30")
    job = Job.objects.get()
    work()
    seen = client.get(reverse("participation:large_end", args=[job.pk]))
    untouched = {row.end_date for row in Participation.objects.with_terms()}
    client.post(reverse("participation:save_large_end", args=[job.pk]))
    work()
    done = client.get(reverse("participation:large_end", args=[Job.objects.latest("pk").pk]))

    assert "You may leave this page: the work goes on." in text(waiting)
    assert "If the end date of 3 practices becomes 30 September 2021:" in text(seen)
    assert "£9,003.12" in text(seen)
    assert untouched == {date(2022, 3, 31)}
    assert "End date 30 September 2021 saved for 3 practices." in text(done)
    assert {row.end_date for row in Participation.objects.with_terms()} == {date(2021, 9, 30)}


def test_what_takes_an_approval_back_is_asked_for_by_the_worker(client, world, by):
    world.calculate()
    world.approve_all()
    checked(client, world, by, "cancel_service")
    work()
    job = Job.objects.get()

    seen = client.get(reverse("participation:large_end", args=[job.pk]))
    client.post(reverse("participation:save_large_end", args=[job.pk]))
    work()
    done = client.get(reverse("participation:large_end", args=[Job.objects.latest("pk").pk]))

    assert "Ask for confirmation" in text(seen)
    assert "Asked for. It is done once another person has confirmed it." in text(done)
    assert EndRequest.objects.get().rows.count() == 3
    assert {row.state for row in Participation.objects.all()} == {State.APPROVED}


def test_what_moved_since_is_named_and_nothing_is_saved(client, world, by):
    checked(client, world, by, end_date="2021-09-30")
    work()
    job = Job.objects.get()
    world.calculate(OCTOBER)
    client.post(reverse("participation:save_large_end", args=[job.pk]))
    work()

    page = client.get(reverse("participation:large_end", args=[Job.objects.latest("pk").pk]))

    assert "What would change is no longer what you saw. Nothing was saved" in text(page)
    assert "New: 31 October 2021: 3 lines are withdrawn, £2,250.78." in text(page)
    assert {row.end_date for row in Participation.objects.with_terms()} == {date(2022, 3, 31)}


def test_where_nothing_would_change_there_is_nothing_to_save(client, world, by):
    checked(client, world, by, end_date="2022-03-31")
    work()

    page = client.get(reverse("participation:large_end", args=[Job.objects.get().pk]))

    assert "Nothing would change." in text(page)
    assert "It ends on 31 March 2022 already." in text(page)
    assert "Back to Offered Services" in text(page)


def test_a_step_is_seen_by_who_asked_for_it_alone(client, world, by):
    checked(client, world, by, end_date="2021-09-30")
    other = sign_in(client, acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner))

    assert other.get(reverse("participation:large_end", args=[Job.objects.get().pk])).status_code == 404


def test_what_is_not_worked_out_yet_is_not_saved(client, world, by):
    checked(client, world, by, end_date="2021-09-30")

    response = client.post(reverse("participation:save_large_end", args=[Job.objects.get().pk]))

    assert response.status_code == 409
