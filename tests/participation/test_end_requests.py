"""What takes back an approval needs two people: asked for, seen as it is now, confirmed, declined or taken back."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement.models import Achievement
from achievement.states import State as AchievementState
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.transitions import Seen
from operations.models import OutboxMessage
from organisations.commands import Spell, correct_memberships
from organisations.models import Membership
from participation.commands import (
    Ending,
    ask_to_end,
    confirm_end,
    decline_end,
    take_back_end,
    tell_of_end_request,
)
from participation.models import EndRequest, Participation
from participation.queries import needs_of
from participation.states import RequestState, State
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, seen, utsire
from tests.participation.test_pages import sign_in, text, tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

SEPTEMBER_END = date(2021, 9, 30)
WHY = "It stopped in September."


@pytest.fixture
def world():
    """October approved: an end in September takes the approvals back."""
    made = utsire()
    made.calculate()
    made.approve_all()
    return made


@pytest.fixture
def asker(world):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)


@pytest.fixture
def second(world):
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)


def rows(world):
    return list(Participation.objects.filter(network=world.network).order_by("provider__name"))


@pytest.fixture
def request_(world, asker):
    asked = ask_to_end(seen(*rows(world)), Ending(SEPTEMBER_END, WHY), by=asker)
    return EndRequest.objects.get(pk=asked.request_id)


def states():
    october = Achievement.objects.filter(achievement_date=OCTOBER).order_by("pk")
    return [AchievementState(state) for state in october.values_list("state", flat=True)]


def it_leaves(row, last_day):
    """ODS ends the membership, and the portal the participation with it."""
    spell = Membership.objects.known().get(practice=row.provider, network=row.network)
    to = Spell(spell.start_date, last_day)
    correct_memberships({(row.provider_id, row.network_id): [to]}, by=SYSTEM)


def test_asking_keeps_who_why_and_what_was_seen_and_changes_nothing(world, asker, request_):
    assert (request_.asked_by, request_.reason, request_.end_date) == (asker.user, WHY, SEPTEMBER_END)
    assert "31 October 2021: 3 approved lines are withdrawn, £2,250.78." in request_.foreseen
    assert request_.rows.count() == 3
    assert states() == [AchievementState.AWAITING_NETWORK] * 3
    assert {row.state for row in rows(world)} == {State.APPROVED}


def test_each_recovery_is_foreseen_once(world, asker):
    world.aggregate(OCTOBER)
    world.completed()

    asked = ask_to_end(seen(*rows(world)), Ending(SEPTEMBER_END, WHY), by=asker)

    adjusted = [said for said in EndRequest.objects.get(pk=asked.request_id).foreseen if "to be adjusted" in said]
    assert len(adjusted) == 3
    assert {said.split(" in ")[0] for said in adjusted} == {row.provider.name for row in rows(world)}


def test_another_person_confirms_and_it_is_done(world, asker, second, request_):
    ended = confirm_end(Seen(request_.pk, 1), by=second)

    request_.refresh_from_db()
    assert (request_.state, request_.decided_by) == (RequestState.CONFIRMED, second.user)
    assert len(ended.ids) == 3
    assert states() == [AchievementState.WITHDRAWN] * 3
    last = rows(world)[0].history.order_by("-pk").first()
    assert (last.by, last.note) == (second.user, f"{WHY} Asked for by {asker.user.name}.")


def test_who_asked_does_not_confirm(asker, request_):
    with pytest.raises(NotPermitted, match="another person confirms"):
        confirm_end(Seen(request_.pk, 1), by=asker)

    assert states() == [AchievementState.AWAITING_NETWORK] * 3


def test_without_the_role_nobody_confirms(world, request_):
    viewer = acting_as(Role.APPROVAL_MANAGEMENT, organisation=world.commissioner)

    with pytest.raises(NotPermitted, match="Commissioning Management"):
        confirm_end(Seen(request_.pk, 1), by=viewer)


def test_a_request_of_another_organisation_does_not_exist(world, request_):
    with pytest.raises(NotVisible):
        confirm_end(Seen(request_.pk, 1), by=acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.network))


def test_it_is_decided_once(second, request_):
    confirm_end(Seen(request_.pk, 1), by=second)

    with pytest.raises(Conflict):
        confirm_end(Seen(request_.pk, 1), by=second)


def test_rows_that_moved_meanwhile_are_left_and_named(world, asker, second, request_):
    third = rows(world)[2]
    it_leaves(third, date(2022, 1, 31))

    ended = confirm_end(Seen(request_.pk, 1), by=second)

    assert len(ended.ids) == 2
    assert [(refused.id, refused.reasons) for refused in ended.refused] == [
        (third.pk, ("It has changed since you saw it.",))
    ]


def test_when_every_row_has_moved_there_is_nothing_to_confirm(world, asker, second, request_):
    for row in rows(world):
        it_leaves(row, date(2022, 1, 31))

    with pytest.raises(Conflict, match="Decline the request"):
        confirm_end(Seen(request_.pk, 1), by=second)

    request_.refresh_from_db()
    assert request_.state == RequestState.ASKED


def test_the_page_says_so_and_offers_no_button_to_confirm(client, world, second, request_):
    for row in rows(world):
        it_leaves(row, date(2022, 1, 31))

    page = sign_in(client, second).get(reverse("participation:end_request", args=[request_.pk]))

    assert "None of these can be ended any more" in text(page)
    assert f"{rows(world)[0].provider}: It has changed since you saw it." in text(page)
    assert reverse("participation:confirm_end", args=[request_.pk]) not in page.content.decode()
    assert reverse("participation:decline_end", args=[request_.pk]) in page.content.decode()


def test_declining_says_why_and_changes_nothing(second, request_):
    with pytest.raises(Invalid):
        decline_end(Seen(request_.pk, 1), " ", by=second)

    decline_end(Seen(request_.pk, 1), "October was delivered.", by=second)

    request_.refresh_from_db()
    assert request_.state == RequestState.DECLINED
    assert request_.history.order_by("-pk").first().note == "October was delivered."
    assert states() == [AchievementState.AWAITING_NETWORK] * 3


def test_who_asked_takes_it_back_and_nobody_else(asker, second, request_):
    with pytest.raises(NotPermitted):
        take_back_end(Seen(request_.pk, 1), by=second)

    take_back_end(Seen(request_.pk, 1), by=asker)

    request_.refresh_from_db()
    assert (request_.state, request_.decided_by) == (RequestState.TAKEN_BACK, None)


def test_there_is_nothing_to_ask_where_nothing_would_change(world, asker):
    with pytest.raises(Conflict, match="Nothing would change"):
        ask_to_end(seen(*rows(world)), Ending(date(2022, 3, 31), WHY), by=asker)


def test_home_tells_the_second_person_and_not_who_asked(asker, second, request_):
    said = "1 end date or cancellation awaits your confirmation"

    assert said in [need.sentence for need in needs_of(second)]
    assert said not in [need.sentence for need in needs_of(asker)]


def test_the_second_person_is_told_and_then_who_asked(asker, second, request_):
    tell_of_end_request(request_.pk, by=asker)
    decline_end(Seen(request_.pk, 1), "October was delivered.", by=second)
    tell_of_end_request(request_.pk, by=second)

    sent = OutboxMessage.objects.filter(task="operations.send_email").order_by("pk").values_list("keys", flat=True)
    assert [(keys["to"], keys["subject"].split(", ")[-1]) for keys in sent] == [
        (second.user.email, "awaits your confirmation"),
        (asker.user.email, "was declined"),
    ]
    assert "31 October 2021: 3 approved lines are withdrawn, £2,250.78." in sent[0]["text"]
    assert "October was delivered." in sent[1]["text"]


@pytest.fixture
def end_date(world):
    return reverse("participation:save_end_date", args=[world.service.code])


def hidden_of(page):
    return re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode())


def posted(page, *, without=("csrfmiddlewaretoken",)):
    """What the page's own form would send."""
    found: dict[str, list[str]] = {}
    for name, value in hidden_of(page):
        if name not in without:
            found.setdefault(name, []).append(value)
    return found


def test_the_page_asks_for_a_second_person_instead_of_saving(client, world, asker, second, end_date):
    client = sign_in(client, asker)
    given = {"seen": tokens(rows(world)), "step": "check", "end_date": "2021-09-30", "reason": WHY}

    checked = client.post(end_date, given)
    asked = client.post(end_date, posted(checked), follow=True)

    said = text(checked)
    assert "Approvals undone 31 October 2021: 3 approved lines are withdrawn, £2,250.78." in said
    assert "another person with Commissioning Management must confirm it" in said
    assert "Ask for confirmation" in said
    assert "Asked for. It is done once another person has confirmed it." in text(asked)
    assert "You asked for it; another person confirms or declines it." in text(asked)
    assert second.user.name in text(asked)


def test_the_second_person_sees_what_it_would_change_now_and_confirms(client, world, second, request_):
    client = sign_in(client, second)
    address = reverse("participation:end_request", args=[request_.pk])

    page = client.get(address)
    fields = posted(page)
    confirmed = client.post(
        reverse("participation:confirm_end", args=[request_.pk]), {"token": fields["token"][0], "version": "1"},
        follow=True,
    )  # fmt: skip

    assert "Confirm or decline" in text(page)
    assert "31 October 2021: 3 approved lines are withdrawn, £2,250.78." in text(page)
    assert "End date 30 September 2021 saved for 3 practices." in text(confirmed)
    assert states() == [AchievementState.WITHDRAWN] * 3


def test_what_moved_since_the_second_person_looked_is_shown_and_nothing_is_saved(
    client, world, asker, second, request_
):
    client = sign_in(client, second)
    token = posted(client.get(reverse("participation:end_request", args=[request_.pk])))["token"][0]
    it_leaves(rows(world)[2], date(2022, 1, 31))

    page = client.post(reverse("participation:confirm_end", args=[request_.pk]), {"token": token, "version": "1"})

    assert page.status_code == 409
    assert "What would change is no longer what you saw" in text(page)
    assert "No longer: 3 practices would have the end date 30 September 2021." in text(page)
    assert "Now: 2 practices would have the end date 30 September 2021." in text(page)
    assert EndRequest.objects.get().state == RequestState.ASKED


def test_what_the_second_person_never_looked_at_leads_to_what_would_change(client, second, request_):
    page = sign_in(client, second).post(reverse("participation:confirm_end", args=[request_.pk]), {"version": "1"})

    assert page.status_code == 409
    assert "31 October 2021: 3 approved lines are withdrawn, £2,250.78." in text(page)
    assert EndRequest.objects.get().state == RequestState.ASKED


def test_declining_without_a_reason_is_refused_on_the_form(client, second, request_):
    client = sign_in(client, second)
    address = reverse("participation:decline_end", args=[request_.pk])

    without = client.post(address, {"version": "1", "reason": ""})
    with_one = client.post(address, {"version": "1", "reason": "October was delivered."}, follow=True)

    assert (without.status_code, "Enter reason." in text(without)) == (422, True)
    assert "Declined. Nothing was changed, and whoever asked is told." in text(with_one)


def test_a_save_that_would_do_something_else_by_now_is_not_saved(client, asker, end_date):
    world = utsire(commissioner=asker.organisation, service=Participation.objects.first().service)
    client = sign_in(client, asker)
    given = {"seen": tokens(rows(world)), "step": "check", "end_date": "2021-09-30", "reason": WHY}
    fields = posted(client.post(end_date, given))
    world.calculate(OCTOBER)

    page = client.post(end_date, fields)

    assert page.status_code == 409
    assert "Now: 31 October 2021: 3 lines are withdrawn, £2,250.78." in text(page)
    assert {row.state for row in rows(world)} == {State.APPROVED}


def test_the_list_of_requests_shows_those_that_wait_first(client, second, request_):
    page = text(sign_in(client, second).get(reverse("participation:end_requests")))

    assert "End date 30 September 2021" in page
    assert "1 request" in page
    assert "Awaiting confirmation" in page


def test_without_any_request_the_list_says_when_there_is_one(client, world, second):
    page = text(sign_in(client, second).get(reverse("participation:end_requests")))

    assert "Nobody has asked for a second person yet." in page
