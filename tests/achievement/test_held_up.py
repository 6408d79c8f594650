"""From the step of a closure to the nil settlement of the lines that hold a network up, and back again."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from achievement.commands import propose_nil
from achievement.queries.nil import NilLine
from core.open_items import open_items_of, what_waits_for
from tests.achievement.payments import said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.achievement import NOVEMBER
from tests.factories.organisations import CommissionerFactory
from tests.participation.closing import close, closing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    """ODS has Portland Surgery as a member still, so that November waits for it; October is aggregated."""
    made = closing(ods_knows=False)
    made.world.aggregated()
    made.world.calculate(NOVEMBER)
    made.world.approve_all(NOVEMBER)
    return made


def form_of(made, day=NOVEMBER):
    world = made.world
    named = [world.network.code, world.service.code, day.isoformat(), made.portland.code]
    return reverse("achievement:propose_nil", args=named)


def step_of(made):
    return reverse("participation:closure", args=[made.portland.code])


def links(answer):
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.content.decode())]


def test_the_step_leads_to_the_nil_form_of_each_line_that_holds_a_network_up(made):
    page = signed_in(made.one).get(step_of(made))

    (href,) = [each for each in links(page) if each.startswith("/achievement/nil/")]
    network = made.world.network.name
    assert f"{network}, Clinical Director payment, November 2021: settle its line as nil" in said(page)
    assert href.startswith(form_of(made))
    assert "settle its line as nil" in said(page)
    assert f"back={step_of(made)}".replace("/", "%2F") in href


def test_the_form_that_it_leads_to_is_filled_in_and_cancels_back_to_the_step(made):
    (item,) = what_waits_for([made.portland.pk])[made.portland.pk]

    form = signed_in(made.world.approver).get(item.href)

    assert "Portland Surgery is closed, and ODS still has it as a member." in html.unescape(form.content.decode())
    assert step_of(made) in links(form)


def test_one_that_is_proposed_leads_to_its_proposal(made):
    world = made.world
    line = NilLine(world.service, world.network, NOVEMBER, made.portland)
    proposed = propose_nil(line, "Closed.", by=world.approver)

    (item,) = what_waits_for([made.portland.pk])[made.portland.pk]

    assert item.sentence.endswith("November 2021: confirm or decline to settle its line as nil")
    assert item.href == reverse("achievement:nil_settlement", args=[proposed.settlement_id])


def test_a_practice_that_no_network_waits_for_has_none(made):
    close(made.portland)

    assert what_waits_for([made.portland.pk]) == {}
    assert what_waits_for([]) == {}


def test_what_waits_for_a_practice_is_not_its_own_work(made):
    own = {item.sentence for item in open_items_of([made.portland.pk])[made.portland.pk]}
    others = {item.sentence for item in what_waits_for([made.portland.pk])[made.portland.pk]}

    assert others
    assert not own & others


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2021, 12, 31), "31 December 2021 has not come yet"),
        (date(2021, 10, 31), "is Aggregated for October 2021: it waits for nothing"),
    ],
)
def test_what_the_form_refuses_leads_back_to_where_one_came_from(made, day, why):
    page = signed_in(made.world.approver).get(form_of(made, day), {"back": step_of(made)})

    assert page.status_code in (409, 422)
    assert why in said(page)
    assert step_of(made) in links(page)
    named = [made.world.network.code, made.world.service.code, str(day)]
    assert reverse("achievement:network", args=named) in links(page)


def test_an_approved_line_refuses_and_leads_back(made):
    world = made.world
    named = [world.network.code, world.service.code, NOVEMBER.isoformat(), made.viking.code]

    page = signed_in(world.approver).get(reverse("achievement:propose_nil", args=named), {"back": step_of(made)})

    assert page.status_code == 409
    assert "undo its approval first" in said(page)
    assert step_of(made) in links(page)


def test_an_address_elsewhere_is_no_way_back(made):
    page = signed_in(made.world.approver).get(form_of(made, date(2021, 12, 31)), {"back": "https://elsewhere.example/"})

    assert "elsewhere.example" not in page.content.decode()
    assert "/" in links(page)


def test_of_a_line_that_is_not_seen_nothing_is_named(made):
    stranger = acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory.create())

    page = signed_in(stranger).get(form_of(made))

    assert page.status_code == 404
    assert made.world.network.name not in said(page)
