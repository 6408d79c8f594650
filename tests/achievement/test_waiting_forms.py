"""Each cause leads to a form that can put it right, for whoever can; and says what it was seen in."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.presenters.waiting import nil
from core.dates import inclusive
from core.two_clocks import Belief, believe
from organisations.models import ListSize, Membership
from participation.models import Participation
from participation.states import State
from tests.achievement.payments import said, signed_in
from tests.factories.achievement import NOVEMBER, OCTOBER, World, seen
from tests.factories.organisations import MembershipFactory, NetworkFactory
from tests.participation.closing import closing

pytestmark = pytest.mark.django_db


@pytest.fixture
def dilys(world: World):
    return world.acting(Role.COMMISSIONING_MANAGEMENT)


def page_of(world: World, by):
    return signed_in(by).get(reverse("achievement:waiting_network", args=[world.network.code]))


def links_in(answer) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.content.decode())]


@pytest.mark.parametrize("state", [State.CANCELLED, State.REJECTED, State.EXPIRED, State.NOT_APPROVED])
def test_an_offer_that_came_to_nothing_is_made_anew_by_create_offers(world, dilys, state):
    Participation.objects.filter(provider=world.practices[0]).update(state=state)
    world.calculate()

    answer = page_of(world, dilys)

    [href] = [each for each in links_in(answer) if each.startswith(reverse("participation:new_offer"))]
    first_step = signed_in(dilys).get(href).content.decode()
    chosen = re.search(r"<input[^>]*checked[^>]*>", re.search(r"<form.*", first_step, re.S).group())
    assert f'value="{world.service.pk}"' in chosen.group()
    assert not any("/joiners/" in each and world.practices[0].code in each for each in links_in(answer))


def test_what_follows_a_closure_is_shown_to_whoever_decides_it(training_day):
    made = closing(ods_knows=False)
    made.world.calculate(OCTOBER, NOVEMBER)

    decides, approves = page_of(made.world, made.one), page_of(made.world, made.world.approver)

    step = reverse("participation:closure", args=[made.portland.code])
    assert step in links_in(decides)
    assert step not in links_in(approves)
    assert "Settle this line as nil" in said(approves)


def test_a_gap_between_two_memberships_is_named_by_its_days(world, dilys):
    key = {"practice": world.practices[0], "network": world.network}
    believe(Membership, [Belief(key, inclusive(date(2019, 7, 1), date(2021, 9, 30)), {}),
                         Belief(key, inclusive(date(2021, 10, 15), None), {})])  # fmt: skip
    Participation.objects.filter(provider=world.practices[0]).update(state=State.CANCELLED)
    world.calculate()

    text = said(page_of(world, dilys))

    assert "Between two of its memberships here there is a gap, 01/10/2021 to 14/10/2021." in text


def test_the_other_pcn_of_an_overlap_is_named_with_its_days(world, dilys):
    other = NetworkFactory.create(name="Dogger PCN")
    MembershipFactory.create(practice=world.practices[0], network=other, start_date=date(2019, 6, 1))
    ListSize.objects.filter(organisation=world.practices[0]).delete()
    world.calculate()

    text = said(page_of(world, dilys))

    assert "ODS has it as a member of Dogger PCN too, from 01/06/2019." in text


def test_who_commissions_corrects_the_one_list_that_lacks(world, dilys):
    ListSize.objects.filter(organisation=world.practices[0]).delete()
    world.calculate()

    answer = page_of(world, dilys)

    form = reverse("organisations:correct_list_size", args=[world.practices[0].code])
    [href] = [each for each in links_in(answer) if each.startswith(form)]
    fields = signed_in(dilys).get(href).content.decode()
    assert "as_at=2020-01-01" in href
    assert 'value="2020"' in fields


def test_settlements_beyond_those_listed_are_counted_with_a_way_to_them(training_day, monkeypatch):
    made = closing(ods_knows=False)
    made.portland.close_date = date(2021, 9, 30)
    made.portland.save()
    made.world.calculate(OCTOBER, NOVEMBER)
    monkeypatch.setattr(nil, "SHOWN", 1)

    answer = page_of(made.world, made.world.approver)

    assert "more: each is settled on the page of its total, below" in said(answer)
    assert "#keys" in links_in(answer)
    assert 'id="keys"' in answer.content.decode()


def test_the_days_of_a_cause_are_those_since_the_earliest_of_its_dates(world, dilys):
    world.calculate(OCTOBER, NOVEMBER)
    for day in (OCTOBER, NOVEMBER):
        commands.approve_achievements(seen(*world.lines(day)[:2]), by=world.approver)

    text = said(page_of(world, dilys))

    told = text.split("Wight Health Centre")[1] if "Wight Health Centre" in text else text
    assert re.search(r"October(?: 2021)? and November 2021\. 41 days", text), told[:300]
