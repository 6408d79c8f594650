"""Nothing is offered or calculated after a practice's last day, whoever asks for it and whatever was decided before."""

from __future__ import annotations

from datetime import date

import pytest

from achievement.models import Achievement
from core.changes import Effect
from core.errors import Invalid
from core.transitions import Seen
from participation.commands import save_end_date, save_start_date, settle_closures
from participation.commands.closures import ClosuresSettled
from participation.models import Participation, Term
from participation.presenters.closures import done_sentence
from participation.queries import Terms, plan_for_networks, plan_for_practices
from tests.factories.achievement import NOVEMBER, OCTOBER
from tests.participation.closing import DAY_AFTER, close, closing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]
LAST = date(2022, 3, 31)


def lines_of(practice):
    found = Achievement.objects.payable().filter(provider=practice).order_by("achievement_date")
    return list(found.values_list("achievement_date", flat=True))


def offer_of(practice):
    return Participation.objects.get(provider=practice)


def test_no_line_after_the_last_day_before_anybody_has_decided():
    made = closing(ods_knows=False)

    made.world.calculate(OCTOBER, NOVEMBER)

    assert Term.objects.known().get(participation__provider=made.portland).end_date == LAST
    assert lines_of(made.portland) == [OCTOBER]
    assert lines_of(made.wight) == [OCTOBER, NOVEMBER]


def test_a_line_of_a_later_date_is_withdrawn_once_the_closing_date_is_known():
    made = closing(ods_knows=False)
    close(made.portland, NOVEMBER, ods_knows=False)
    made.world.calculate(OCTOBER, NOVEMBER)
    assert lines_of(made.portland) == [OCTOBER, NOVEMBER]

    close(made.portland, ods_knows=False)
    made.world.calculate(OCTOBER, NOVEMBER)

    assert lines_of(made.portland) == [OCTOBER]


def test_a_line_of_a_later_date_that_finance_has_approved_stays():
    made = closing(ods_knows=False)
    close(made.portland, NOVEMBER, ods_knows=False)
    made.world.completed(NOVEMBER)

    close(made.portland, ods_knows=False)
    made.world.calculate(OCTOBER, NOVEMBER)

    assert lines_of(made.portland) == [OCTOBER, NOVEMBER]


def test_one_person_does_not_move_the_end_past_the_closing_date():
    made = closing(ods_knows=False)
    made.world.calculate(OCTOBER, NOVEMBER)
    settle_closures(made.nobody(), by=made.one)
    row = offer_of(made.portland)

    with pytest.raises(Invalid) as refused:
        save_end_date([Seen(row.pk, row.version)], LAST, "Offered too short.", by=made.one)

    named = f"{made.portland.name} ({made.portland.code})"
    assert str(refused.value) == f"End date 31/03/2022 is after the closing date of {named}, 31/10/2021."
    assert lines_of(made.portland)[-1] == OCTOBER


def test_the_start_is_not_moved_past_the_closing_date():
    made = closing()
    row = offer_of(made.portland)

    with pytest.raises(Invalid, match=r"Start date 01/11/2021 is after the closing date of .*, 31/10/2021"):
        save_start_date(Seen(row.pk, row.version), DAY_AFTER, "Offered too long.", by=made.one)


def test_a_closed_member_is_offered_nothing_after_its_last_day():
    made = closing(ods_knows=False)
    Term.objects.all().delete()
    network = made.world.network.pk

    after = plan_for_networks(Terms(made.world.service, DAY_AFTER, LAST), [network])
    across = plan_for_networks(Terms(made.world.service, date(2021, 4, 1), LAST), [network])

    until = {held.provider_id: held.until for held in across.wanted}
    assert (after.closed, across.closed) == ([made.portland.pk], [])
    assert made.portland.pk not in {held.provider_id for held in after.wanted}
    assert (until[made.portland.pk], until[made.viking.pk]) == (DAY_AFTER, date(2022, 4, 1))
    assert len(after.wanted) == len(across.wanted) - 1


def test_an_offer_to_practices_ends_with_the_practice():
    made = closing()
    Term.objects.all().delete()

    plan = plan_for_practices(Terms(made.world.service, date(2021, 4, 1), LAST), [made.portland.pk, made.wight.pk])

    assert {held.provider_id: held.until for held in plan.wanted} == {
        made.portland.pk: DAY_AFTER,
        made.wight.pk: date(2022, 4, 1),
    }


def test_each_difference_is_said_once_and_what_is_not_named_is_counted():
    new = [Effect("lines gone", f"Change {n}.", 1) for n in (1, 1, 2, 3, 4, 5, 6, 7)]
    settled = ClosuresSettled(("Nobody follows it.",), (), (), (), (), new, (), takes_over=False)

    assert settled.sentences == ["Nobody follows it.", *(f"Change {n}." for n in range(1, 8))]
    assert done_sentence(settled) == (
        "Saved. Nobody follows it. Change 1. Change 2. Change 3. Change 4. Change 5. And 2 more changes."
    )
