"""A list that was taken over counts once: never twice, never dropped; a merger does not change the pair's total."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.urls import reverse

from achievement.models import Achievement
from achievement.queries.compare import differences_of
from achievement.queries.details import explanation_of
from achievement.queries.taken_over import TAKEN_OVER
from achievement.states import State
from core.actors import SYSTEM
from core.dates import DAY, month_ends
from core.transitions import Seen
from organisations.commands import set_list_sizes
from organisations.models import ListKind, ListSize, Membership
from participation.commands import confirm_closure, preview_closures, propose_closures, settle_closures
from participation.models import Term
from tests.factories.achievement import NOVEMBER, OCTOBER, add_member, utsire
from tests.factories.organisations import (
    LeadFactory,
    ListSizeFactory,
    MembershipFactory,
    NetworkFactory,
    PracticeFactory,
    SuccessionFactory,
)
from tests.factories.participation import ParticipationFactory
from tests.participation.closing import close, closing
from tests.participation.pages import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]
PAIR = Decimal("1732.34")
"""Portland 735.36 and Viking 996.98."""


@pytest.fixture
def made():
    return closing()


def merge(made, **changes):
    made.world.calculate(OCTOBER, NOVEMBER)
    confirm_closure(Seen(propose_closures(made.decision(**changes), by=made.one).proposal_id, 1), by=made.other)


def line(practice, day=NOVEMBER):
    return Achievement.objects.payable().filter(provider=practice, achievement_date=day).first()


def lists_counted(day):
    """Every list that a line of a date counts, with its practice's own."""
    found = []
    for row in Achievement.objects.payable().filter(achievement_date=day):
        found += [row.list_size_id] if row.list_size_id else []
        found += [each["list_size"] for each in row.inputs.get(TAKEN_OVER, ())]
    return sorted(found)


def test_a_merger_does_not_change_the_pairs_total(made):
    merge(made)

    before = [line(made.portland, OCTOBER).amount, line(made.viking, OCTOBER).amount]
    assert (sum(before), line(made.viking).amount, line(made.portland)) == (PAIR, PAIR, None)
    assert line(made.wight).amount == Decimal("518.44")


def test_how_it_was_worked_out_names_both_lists(made):
    merge(made)

    assert explanation_of(line(made.viking)).sentence() == (
        "28,399 patients: 16,344 on the registered list at 1 January 2021; "
        f"12,055 taken over from {made.portland}, on its list at 1 January 2021; "
        "x £0.061 a patient a month = £1,732.339 = £1,732.34, rounded up to the penny"
    )


def test_the_difference_from_the_month_before_says_the_lists(made):
    merge(made)

    row = line(made.viking)
    assert "list size 28,399, was 16,344" in differences_of([row.pk])[row.pk].words


def test_the_preview_says_it_in_pounds(made):
    made.world.calculate(OCTOBER, NOVEMBER)

    ahead = preview_closures(made.decision(), by=made.one)

    said = " ".join([*ahead.answer.sentences, *(effect.sentence for effect in ahead.expected)])
    assert "30 November 2021" in said
    assert "December 2021 to March 2022: £9,003.12 expected, instead of £6,061.68." in said


def test_a_list_that_nobody_takes_over_is_dropped_and_said(made):
    made.world.calculate(OCTOBER, NOVEMBER)

    settled = settle_closures(made.nobody(), by=made.one)

    assert line(made.viking).amount == Decimal("996.98")
    assert "12,055 patients of the list as at 1 January 2021 are on no list that is paid for." in settled.sentences


def test_once_the_file_has_moved_the_patients_nothing_is_added(made):
    merge(made)

    set_list_sizes(ListKind.CRP, date(2021, 1, 1), {made.portland.pk: 0, made.viking.pk: 28_399}, by=SYSTEM)

    row = line(made.viking)
    assert (row.amount, row.inputs) == (PAIR, {})
    assert lists_counted(NOVEMBER) == sorted([row.list_size_id, line(made.wight).list_size_id])


def test_a_file_without_the_closed_practice_adds_nothing(made):
    merge(made)

    set_list_sizes(ListKind.CRP, date(2021, 1, 1), {made.portland.pk: None, made.viking.pk: 28_399}, by=SYSTEM)

    assert line(made.viking).amount == PAIR


def test_a_corrected_list_of_the_closed_practice_is_worked_out_where_it_counts(made):
    merge(made)

    set_list_sizes(ListKind.CRP, date(2021, 1, 1), {made.portland.pk: 12_056}, by=SYSTEM)

    assert line(made.viking).amount == Decimal("1732.40")


def test_a_practice_that_ods_still_has_as_a_member_is_not_counted_twice():
    made = closing(ods_knows=False)
    held = Term.objects.known().filter(participation__provider=made.portland)
    made.world.calculate(OCTOBER, NOVEMBER)
    SuccessionFactory.create(predecessor=made.portland, successor=made.viking)

    made.world.calculate(OCTOBER, NOVEMBER)

    assert held.get().end_date == date(2022, 3, 31)
    assert (line(made.portland), line(made.viking).amount) == (None, PAIR)


def test_a_network_that_still_waits_for_it_says_why_and_leads_to_what_follows(client):
    made = closing(ods_knows=False)
    SuccessionFactory.create(predecessor=made.portland, successor=made.viking)
    made.world.calculate(OCTOBER, NOVEMBER)
    address = reverse("achievement:waiting_network", args=[made.world.network.code])

    page = sign_in(client, made.one).get(address)
    of_approver = sign_in(client, made.world.approver).get(address)

    assert "closed on 31 October 2021, and is still waited for" in text(page)
    follows = reverse("participation:closure", args=[made.portland.code])
    assert f'<a href="{follows}">What follows the closure</a>' in page.content.decode()
    assert follows not in of_approver.content.decode()
    assert f"Who can: {made.one.name} and {made.other.name}" in text(of_approver)
    assert "unknown state" not in text(page)


def test_a_list_stays_in_the_line_that_finance_has_approved():
    made = closing(ods_knows=False)
    close(made.portland, NOVEMBER, ods_knows=False)
    made.world.completed(NOVEMBER)

    close(made.portland, ods_knows=False)
    SuccessionFactory.create(predecessor=made.portland, successor=made.viking)
    calculated = made.world.calculate(OCTOBER, NOVEMBER)

    assert line(made.portland).state == State.AGGREGATED_COMPLETE
    assert (line(made.viking).amount, calculated.lines) == (Decimal("996.98"), {"new": 3})


def test_a_successor_in_another_network_is_worked_out_at_once(made):
    network = NetworkFactory.create()
    LeadFactory.create(network=network, commissioner=made.world.commissioner)
    away = PracticeFactory.create(name="Dogger Surgery", member_of=network)
    ListSizeFactory.create(organisation=away, size=Decimal(1_000))
    ParticipationFactory.create(
        service=made.world.service, provider=away, network=network, commissioner=made.world.commissioner
    )

    merge(made, successor=away.code)

    assert line(away).amount == Decimal("796.36")  # 13,055 x 0.061 = 796.355
    assert line(away, OCTOBER).amount == Decimal("61.00")


def test_a_new_practice_without_a_list_of_its_own_has_those_that_it_took_over(made):
    new = PracticeFactory.create(name="Dogger Surgery", open_date=date(2021, 11, 1))
    MembershipFactory.create(practice=new, network=made.world.network, start_date=date(2021, 11, 1))
    ParticipationFactory.create(
        service=made.world.service, provider=new, network=made.world.network, commissioner=made.world.commissioner,
        start_date=date(2021, 11, 1),
    )  # fmt: skip
    close(made.viking)

    merge(made, practices=(made.portland.code, made.viking.code), successor=new.code)

    row = line(new)
    assert (row.amount, row.list_size) == (PAIR, None)
    assert (
        explanation_of(row)
        .sentence()
        .startswith(
            f"28,399 patients: 12,055 taken over from {made.portland}, on its list at 1 January 2021; 16,344 taken over"
        )
    )


def test_who_follows_takes_no_part_is_said(made):
    away = PracticeFactory.create(name="Dogger Surgery")

    settled = preview_closures(made.decision(successor=away.code), by=made.one).answer

    short = made.world.service.short_name
    assert f"Dogger Surgery takes no part in {short} from 1 November 2021: the patients earn nothing there." in (
        settled.sentences
    )


def test_a_practice_that_turns_out_open_has_its_own_list_again(made):
    merge(made)
    made.portland.close_date = None
    made.portland.save()
    Membership.objects.known().filter(practice=made.portland).update(valid=(date(2019, 7, 1), None))
    Term.objects.known().filter(participation__provider=made.portland).update(valid=(date(2020, 4, 1), None))

    made.world.calculate(OCTOBER, NOVEMBER)

    assert [line(each).amount for each in (made.portland, made.viking)] == [Decimal("735.36"), Decimal("996.98")]


@pytest.mark.parametrize("seed", range(12))
def test_through_any_closures_every_list_counts_once_on_every_date(seed):
    """Practices close one after the other, and each list passes to one that is open then; and on from there."""
    chance = Random(seed)
    world = utsire()
    for n in range(3):
        add_member(world, f"Practice {n}", chance.randrange(1, 20_000))
    practices = chance.sample(world.practices, len(world.practices))
    months = sorted(chance.choices(month_ends(date(2021, 4, 1), date(2021, 10, 31)), k=chance.randrange(1, 6)))
    for n, day in enumerate(months):
        after = [each for each, last in zip(practices[n + 1 :], [*months[n + 1 :], *[None] * 6], strict=False)
                 if last is None or last > day]  # fmt: skip
        close(practices[n], day)
        SuccessionFactory.create(predecessor=practices[n], successor=chance.choice(after), start_date=day + DAY)
    every_list = sorted(ListSize.objects.known().values_list("pk", flat=True))

    days = month_ends(date(2021, 4, 1), NOVEMBER)
    world.calculate(*days)

    assert {day: lists_counted(day) for day in days} == dict.fromkeys(days, every_list)
