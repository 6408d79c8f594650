from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement.models import Achievement
from achievement.states import State as Payment
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotVisible
from core.transitions import Seen
from organisations.commands import Spell, correct_memberships
from organisations.models import Organisation
from participation.commands import JoinerOffer, save_start_date, settle_joiners
from participation.models import Participation, Term
from participation.queries.joiners import joinings
from participation.states import State
from tests.factories.accounts import acting_as
from tests.participation.test_pages import sign_in, text

pytestmark = pytest.mark.usefixtures("training")

REJOINED, NOVEMBER, WHY = date(2021, 9, 16), date(2021, 11, 1), "It rejoined in September."


def place(code):
    return Organisation.objects.get(code=code)


@pytest.fixture
def dilys():
    return acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))


@pytest.fixture
def late(dilys):
    """Forties was offered the service from November, though it rejoined on 16 September."""
    joining = next(each for each in joinings([place("Z05849").pk]) if each.practice.code == "V84552")
    (missing,) = joining.missing
    offer = JoinerOffer(joining.network.pk, joining.practice.pk, missing.service.pk, NOVEMBER, missing.end_date)
    made = settle_joiners([offer], by=dilys)
    return Participation.objects.get(pk=made.offered[0])


def seen(row):
    row.refresh_from_db()
    return Seen(row.pk, row.version)


def days(row, known_at=None):
    found = Participation.objects.with_terms(known_at).get(pk=row.pk)
    return found.start_date, found.end_date


def test_an_earlier_start_brings_the_lines_of_the_months_before(late, dilys):
    saved = save_start_date(seen(late), REJOINED, WHY, by=dilys)

    lines = Achievement.objects.in_state(Payment.AWAITING_COMMISSIONER).filter(provider__code="V84552")
    assert days(late) == (REJOINED, date(2022, 3, 31))
    assert [line.amount for line in lines.order_by("achievement_date")] == [Decimal("453.84")] * 3
    assert saved.sentences[:2] == [
        "It would hold from 16 September 2021.",
        "30 September 2021: 1 line is calculated, £453.84, and awaits approval.",
    ]
    assert late.history.latest("pk").note == WHY


def test_what_was_believed_before_stays_readable(late, dilys):
    save_start_date(seen(late), REJOINED, WHY, by=dilys)

    assert Term.objects.filter(participation=late).count() == 2
    assert Term.objects.known().get(participation=late).reason == WHY


def test_an_end_that_follows_the_membership_goes_on_following_it(dilys):
    malin = Participation.objects.get(provider__code="V10112", network__code="Z05851")
    save_start_date(seen(malin), date(2021, 5, 1), WHY, by=dilys)

    correct_memberships({(place("V10112").pk, place("Z05851").pk): [Spell(date(2019, 7, 1))]}, by=SYSTEM)

    assert days(malin) == (date(2021, 5, 1), date(2022, 3, 31))
    assert Participation.objects.get(pk=malin.pk).state == State.APPROVED


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (NOVEMBER, "It starts on 1 November 2021 already."),
        (date(2022, 4, 1), "Start date 01/04/2022 is after the end date, 31/03/2022. Both days are included."),
        (date(2020, 3, 31), "Start date 31/03/2020 is before the service starts, 01/04/2020."),
    ],
)
def test_a_day_that_does_not_fit_is_refused(late, dilys, day, sentence):
    with pytest.raises(Invalid) as refused:
        save_start_date(seen(late), day, WHY, by=dilys)

    assert refused.value.sentences == (sentence,)


def test_it_asks_why(late, dilys):
    with pytest.raises(Invalid, match="Enter reason"):
        save_start_date(seen(late), REJOINED, " ", by=dilys)


def test_a_later_start_does_not_take_back_what_was_approved(dilys):
    bailey = Participation.objects.get(provider__code="V36546", network__code="Z05849")

    with pytest.raises(Conflict, match="Undo the approval first"):
        save_start_date(seen(bailey), date(2021, 10, 1), WHY, by=dilys)

    assert days(bailey)[0] == date(2021, 4, 1)


def test_what_changed_since_it_was_seen_is_left_alone(late, dilys):
    as_seen = seen(late)
    save_start_date(as_seen, REJOINED, WHY, by=dilys)

    with pytest.raises(Conflict, match="It has changed since you saw it."):
        save_start_date(as_seen, date(2021, 10, 1), WHY, by=dilys)


def test_who_sees_nothing_of_it_is_told_it_does_not_exist(late):
    stranger = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZVU"))

    with pytest.raises(NotVisible):
        save_start_date(seen(late), REJOINED, WHY, by=stranger)


def test_the_page_suggests_the_day_shows_what_would_change_and_saves_it(client, late, dilys):
    browser, address = sign_in(client, dilys), reverse("participation:save_start_date", args=[late.pk])

    entered = browser.get(address, {"start_date": "2021-09-16"})
    checked = browser.post(
        address, {"step": "check", "start_date": "2021-09-16", "reason": WHY, "version": late.version}
    )
    before = days(late)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', checked.content.decode()))
    saved = browser.post(address, hidden, follow=True)

    assert 'value="16"' in entered.content.decode()
    assert "If it starts on 16 September 2021 instead of 1 November 2021:" in text(checked)
    assert "31 October 2021: 1 line is calculated, £453.84, and awaits approval." in text(checked)
    assert before[0] == NOVEMBER
    assert "Start date 16 September 2021 saved." in text(saved)
    assert days(late)[0] == REJOINED


def test_a_start_that_changed_meanwhile_is_said_and_pressing_again_saves(client, late, dilys):
    browser, address = sign_in(client, dilys), reverse("participation:save_start_date", args=[late.pk])
    given = {"start_date": "2021-09-16", "reason": "Ours."}
    looked = browser.post(address, {**given, "step": "check", "version": late.version})
    save_start_date(seen(late), date(2021, 10, 1), "Theirs.", by=dilys)

    moved = browser.post(address, hidden_of(looked))
    between = days(late)[0]
    saved = browser.post(address, hidden_of(moved), follow=True)

    assert moved.status_code == 409
    assert "was given another start date by" in text(moved)
    assert "Reason: Theirs." in text(moved)
    assert between == date(2021, 10, 1)
    assert "Start date 16 September 2021 saved." in text(saved)


def test_a_start_that_nobody_looked_at_leads_to_the_preview(client, late, dilys):
    address = reverse("participation:save_start_date", args=[late.pk])
    given = {"step": "save", "start_date": "2021-09-16", "reason": WHY, "version": late.version}

    page = sign_in(client, dilys).post(address, given)

    assert "If it starts on 16 September 2021 instead of 1 November 2021:" in text(page)
    assert days(late)[0] == NOVEMBER


def hidden_of(page):
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()))


def test_the_page_of_the_offer_leads_there(client, late, dilys):
    page = sign_in(client, dilys).get(reverse("participation:offer", args=[late.pk]))

    assert reverse("participation:save_start_date", args=[late.pk]) in page.content.decode()


def test_a_refused_day_is_said_beside_it_and_nothing_typed_is_lost(client, late, dilys):
    address = reverse("participation:save_start_date", args=[late.pk])

    page = sign_in(client, dilys).post(address, {"step": "check", "start_date": "2021-11-01", "reason": "Because."})

    assert "It starts on 1 November 2021 already." in text(page)
    assert "Because." in page.content.decode()
