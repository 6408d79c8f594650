"""What a preview says of days to come, and of what finance has approved and would differ."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from accounts.states import Role
from achievement.models import Achievement, AdjustmentDue
from core.actors import SYSTEM
from core.previews import look_ahead
from organisations.commands import Spell, correct_memberships, set_list_sizes
from organisations.models import ListKind, Organisation
from participation.commands import JoinerOffer, save_end_date, settle_joiners
from participation.models import Participation
from tests.factories.accounts import acting_as
from tests.factories.achievement import seen
from tests.participation.pages import hidden, sign_in, text
from ui.previews import APPROVED

JANUARY, OCTOBER, MARCH = date(2021, 1, 1), date(2021, 10, 31), date(2022, 3, 31)

pytestmark = pytest.mark.usefixtures("training")


def place(code):
    return Organisation.objects.get(code=code)


def sentences(ahead):
    return [effect.sentence for effect in ahead.answer.effects if effect.kind != APPROVED]


def end_utsire(day):
    rows = Participation.objects.filter(network__code="Z05850")
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))
    return look_ahead(lambda: save_end_date(seen(*rows), day, "Offered too short.", by=by))


def correct_list(code, size):
    return look_ahead(lambda: set_list_sizes(ListKind.CRP, JANUARY, {place(code).pk: size}, by=SYSTEM))


def expected(foreseen):
    return [effect.sentence for effect in foreseen.expected]


def adjusted_of(code):
    rows = AdjustmentDue.objects.open().filter(provider__code=code).order_by("achievement_date", "pk")
    return [row.difference for row in rows]


def finals(foreseen):
    return [effect for effect in foreseen.answer.effects if effect.kind == APPROVED]


def test_the_right_end_date_brings_november_now_and_nine_thousand_pounds_to_come():
    before = Achievement.objects.count()

    foreseen = end_utsire(MARCH)

    assert sentences(foreseen) == ["30 November 2021: 3 lines are calculated, £2,250.78, and await approval."]
    assert expected(foreseen) == [
        "Clinical Director payment, December 2021 to March 2022: £9,003.12 expected.",
    ]
    assert finals(foreseen) == []
    assert Achievement.objects.count() == before


def test_a_sooner_end_takes_back_what_was_expected_and_approved():
    foreseen = end_utsire(date(2021, 9, 30))

    assert sentences(foreseen) == ["31 October 2021: 3 lines are withdrawn, £2,250.78."]
    assert expected(foreseen) == []


def test_a_corrected_list_changes_what_is_expected_and_names_what_finance_has_approved_with_the_difference():
    foreseen = correct_list("V10110", 10_100)

    approved = finals(foreseen)
    assert expected(foreseen) == [
        "Clinical Director payment, December 2021 to March 2022: £4,465.20 expected, instead of £4,440.80."
    ]
    assert [effect.pounds for effect in approved] == [Decimal("6.10")] * 8
    assert approved[0].sentence == (
        "Sole Surgery in Fastnet PCN, April 2021, is financially approved and stays as it is: to be adjusted by £6.10."
    )
    assert approved[0].href == "/achievement/networks/Z05851/PCN-CD-2020-22/2021-04-30/"


def test_what_differed_before_is_not_told_again():
    set_list_sizes(ListKind.CRP, JANUARY, {place("V10110").pk: 10_100}, by=SYSTEM)

    foreseen = correct_list("V10111", 8_200)

    assert finals(foreseen) == []


def test_what_is_due_again_is_told_so_and_afterwards_nothing_is_to_be_adjusted():
    set_list_sizes(ListKind.CRP, JANUARY, {place("V10110").pk: 10_100}, by=SYSTEM)
    was = adjusted_of("V10110")

    foreseen = correct_list("V10110", 10_000)
    done = set_list_sizes(ListKind.CRP, JANUARY, {place("V10110").pk: 10_000}, by=SYSTEM)

    assert finals(foreseen)[0].sentence == (
        "Sole Surgery in Fastnet PCN, April 2021: what finance has approved is due again; £6.10 is to be adjusted no "
        "more."
    )
    assert [effect.sentence for effect in done.effects] == [effect.sentence for effect in foreseen.answer.effects]
    assert (len(was), adjusted_of("V10110")) == (8, [])


def test_another_difference_says_instead_of_what():
    set_list_sizes(ListKind.CRP, JANUARY, {place("V10110").pk: 10_100}, by=SYSTEM)

    foreseen = correct_list("V10110", 10_200)

    assert finals(foreseen)[0].sentence.endswith("to be adjusted by £12.20, instead of £6.10.")
    assert finals(foreseen)[0].pounds == Decimal("6.10")


def test_who_was_paid_through_the_former_network_is_foreseen_in_the_new_one():
    irish, shannon, utsire = place("V10121"), place("Z05852"), place("Z05850")
    spells = {(irish.pk, shannon.pk): [Spell(date(2019, 7, 1), date(2021, 9, 30))],
              (irish.pk, utsire.pk): [Spell(date(2021, 10, 1))]}  # fmt: skip
    correct_memberships(spells, by=SYSTEM)
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))
    offer = JoinerOffer(
        utsire.pk, irish.pk, Participation.objects.filter(network=utsire)[0].service_id, date(2021, 10, 1), OCTOBER
    )

    foreseen = look_ahead(lambda: settle_joiners([offer], by=by))
    settle_joiners([offer], by=by)

    assert [effect.sentence for effect in finals(foreseen)] == [
        "Irish Sea Practice in Utsire Partnership PCN, October 2021, came after what finance has approved: "
        "to be adjusted by £402.60."
    ]
    assert Decimal("402.60") in adjusted_of("V10121")


def test_a_mover_is_told_in_both_networks():
    malin, fastnet, shannon = place("V10112"), place("Z05851"), place("Z05852")
    spells = {
        (malin.pk, fastnet.pk): [Spell(date(2019, 7, 1))],
        (malin.pk, shannon.pk): [],
    }

    foreseen = look_ahead(lambda: correct_memberships(spells, by=SYSTEM))

    assert [(effect.sentence[:38], effect.pounds) for effect in finals(foreseen)] == [
        ("Malin Practice in Fastnet PCN, Novembe", Decimal("445.30")),
    ]


def test_what_another_person_made_of_the_months_to_come_meanwhile_is_said_and_nothing_saved(client):
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=place("ZBY"))
    of_network = Participation.objects.filter(network__code="Z05849")
    bailey, rockall = (of_network.get(provider__code=code) for code in ("V36546", "V05387"))
    dilys, address = sign_in(client, by), "/participation/offered/PCN-CD-2020-22/end-date/"
    given = {"seen": f"{bailey.pk}:{bailey.version}", "end_date": "2022-01-31", "reason": "It stops."}
    looked = dilys.post(address, given | {"step": "check"})
    save_end_date(seen(rockall), date(2021, 12, 31), "It stops too.", by=by)

    page = dilys.post(address, given | {"step": "save", "token": hidden(looked, "token")})

    said = text(page)
    assert page.status_code == 409
    assert re.search(r"No longer: Clinical Director payment, February 2022 to March 2022: £[\d,.]+ expected", said)
    assert re.search(r"Now: Clinical Director payment, February 2022 to March 2022: £[\d,.]+ expected", said)
    assert Participation.objects.with_terms().get(pk=bailey.pk).end_date == MARCH


def test_what_concerns_no_network_forecasts_nothing():
    practice = Organisation.objects.create(code="V99999", name="Dogger Surgery", kind=1)

    foreseen = look_ahead(lambda: set_list_sizes(ListKind.CRP, JANUARY, {practice.pk: 5_000}, by=SYSTEM))

    assert (sentences(foreseen), foreseen.expected) == ([], ())
