from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from core.changes import publish
from core.commands import within_command
from core.dates import inclusive
from core.errors import Invalid, NotVisible
from core.transitions import Seen
from core.two_clocks import Belief, believe
from organisations.changes import MembershipCorrected
from organisations.models import Membership
from participation.commands import accept_offers, close_the_day, offer_to_networks, save_end_date
from participation.models import Participation, Term
from participation.states import State
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.participation.conftest import END, START

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]

OCTOBER = date(2021, 10, 31)
WHY = "Offered too short."


@pytest.fixture
def offered(service, utsire, commissioning):
    """The service offered to Utsire from 1 April 2020 to 31 October 2021, as on 1 April 2020."""
    with clock.held_at(START):
        offer_to_networks(service.pk, [utsire.network.pk], START, OCTOBER, by=commissioning)
    with clock.held_at(date(2021, 11, 1)):
        close_the_day(by=SYSTEM)
    return list(Participation.objects.order_by("provider__code"))


def seen(rows):
    return [Seen(row.pk, row.version) for row in rows]


def ends(rows, known_at=None):
    return list(
        Participation.objects.filter(pk__in=[row.pk for row in rows])
        .with_terms(known_at)
        .order_by("provider__code")
        .values_list("end_date", flat=True)
    )


def states(rows):
    return set(Participation.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True))


def test_a_later_end_date_is_believed_from_now_and_the_earlier_belief_stays(offered, commissioning):
    saved = save_end_date(seen(offered), END, WHY, by=commissioning)

    assert list(saved.ids) == [row.pk for row in offered]
    assert ends(offered) == [END] * 3
    assert ends(offered, known_at=date(2021, 12, 10)) == [OCTOBER] * 3
    assert states(offered) == {State.APPROVED}
    assert [term.reason for term in Term.objects.known().filter(participation=offered[0])] == [WHY]


def test_a_day_that_has_passed_ends_it_and_a_later_one_leaves_it_approved(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    rows = list(Participation.objects.order_by("pk"))

    save_end_date(seen(rows[:1]), date(2021, 12, 10), WHY, by=commissioning)
    save_end_date(seen(rows[1:2]), date(2021, 12, 11), WHY, by=commissioning)

    assert states(rows[:1]) == {State.ENDED}
    assert states(rows[1:2]) == {State.APPROVED}


def test_an_ended_one_may_end_sooner_still(offered, commissioning):
    save_end_date(seen(offered), date(2021, 9, 30), WHY, by=commissioning)

    assert ends(offered) == [date(2021, 9, 30)] * 3
    assert states(offered) == {State.ENDED}


def test_every_save_is_one_line_of_history_and_a_new_version(offered, commissioning):
    save_end_date(seen(offered), END, WHY, by=commissioning)

    last = offered[0].history.order_by("-pk").first()
    assert (last.transition, last.from_state, last.to_state) == ("reopen", State.ENDED, State.APPROVED)
    assert (last.by, last.note, last.version) == (commissioning.user, WHY, offered[0].version + 1)


def test_a_row_that_changed_meanwhile_is_left_and_named(offered, commissioning):
    as_seen = seen(offered)
    save_end_date(as_seen[:1], date(2022, 1, 31), WHY, by=commissioning)

    saved = save_end_date(as_seen, END, WHY, by=commissioning)

    assert list(saved.ids) == [row.pk for row in offered[1:]]
    assert [(refused.id, refused.reasons) for refused in saved.refused] == [
        (offered[0].pk, ("It has changed since you saw it.",))
    ]
    assert ends(offered) == [date(2022, 1, 31), END, END]


def test_an_end_date_it_has_already_changes_nothing(offered, commissioning):
    saved = save_end_date(seen(offered), OCTOBER, WHY, by=commissioning)

    assert not saved.ids
    assert {refused.reasons for refused in saved.refused} == {("It ends on 31 October 2021 already.",)}
    assert Term.objects.count() == 3


@pytest.mark.parametrize(
    ("end_date", "sentence"),
    [
        (date(2020, 3, 31), r"End date 31/03/2020 is before the start date of Portland Surgery \(V37647\), 01/04/2020"),
        (date(2022, 4, 1), "End date 01/04/2022 is after the service ends, 31/03/2022: Wight Health Centre"),
    ],
)
def test_a_day_that_cannot_be_is_refused_row_by_row(offered, commissioning, end_date, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        save_end_date(seen(offered), end_date, WHY, by=commissioning)

    assert len(refused.value.sentences) == 3
    assert ends(offered) == [OCTOBER] * 3


def test_an_end_within_another_offer_of_the_practice_is_refused(offered, service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], date(2021, 12, 1), END, by=commissioning)

    with pytest.raises(Invalid, match=r"overlaps another offer to Portland Surgery \(V37647\), from 01/12/2021"):
        save_end_date(seen(offered), date(2021, 12, 1), WHY, by=commissioning)

    saved = save_end_date(seen(offered), date(2021, 11, 30), WHY, by=commissioning)
    assert len(saved.ids) == 3


def test_ending_asks_why(offered, commissioning):
    with pytest.raises(Invalid, match="reason"):
        save_end_date(seen(offered), END, "  ", by=commissioning)


def test_whoever_only_sees_them_is_refused_by_name_of_the_role(offered, viking):
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=viking)

    saved = save_end_date(seen(offered), END, WHY, by=by)

    assert not saved.ids
    assert "Commissioning Management" in saved.refused[0].reasons[0]
    assert ends(offered) == [OCTOBER] * 3


def test_what_is_not_seen_does_not_exist(offered):
    stranger = acting_as(Role.SERVICE_MANAGEMENT, organisation=PracticeFactory.create())

    with pytest.raises(NotVisible):
        save_end_date(seen(offered), END, WHY, by=stranger)


def test_an_offer_without_approval_has_nothing_to_end(service, biscay, commissioning):
    offer = ParticipationFactory.create(service=service, commissioner=biscay, state=State.OFFERED)

    saved = save_end_date(seen([offer]), OCTOBER, WHY, by=commissioning)

    assert saved.refused[0].reasons == ("It is Offered.",)


def test_the_day_after_its_end_date_it_is_ended_by_itself(service, utsire, commissioning, set_clock):
    offer_to_networks(service.pk, [utsire.network.pk], START, date(2021, 12, 31), by=commissioning)
    rows = list(Participation.objects.all())

    set_clock(date(2021, 12, 31))
    on_the_day = close_the_day(by=SYSTEM)
    set_clock(date(2022, 1, 1))
    day_after = close_the_day(by=SYSTEM)
    again = close_the_day(by=SYSTEM)

    assert (on_the_day.ended, day_after.ended, again.ended) == (0, 3, 0)
    assert states(rows) == {State.ENDED}


def test_an_offer_expires_the_day_after_it_was_to_be_answered(set_clock):
    offer = ParticipationFactory.create(state=State.OFFERED, respond_by=date(2021, 12, 20))

    set_clock(date(2021, 12, 20))
    on_the_day = close_the_day(by=SYSTEM)
    set_clock(date(2021, 12, 21))
    day_after = close_the_day(by=SYSTEM)

    assert (on_the_day.expired, day_after.expired) == (0, 1)
    assert states([offer]) == {State.EXPIRED}


def correct_membership(practice, network, *spans):
    """Make these first and last days all that is believed of a membership, and tell the apps above."""
    key = {"practice": practice, "network": network}
    with within_command():
        believe(Membership, [Belief(key, inclusive(*span), {}) for span in spans], about=[key])
        return publish(MembershipCorrected(SYSTEM, frozenset({(practice.pk, network.pk)})))


@pytest.fixture
def whole(service, utsire, commissioning):
    """Portland's participation in the service, offered for the whole of it."""
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    return Participation.objects.get(provider=utsire.portland)


def test_participation_ends_with_the_membership_by_itself(whole, utsire, set_clock):
    set_clock(datetime(2021, 12, 11, 14, tzinfo=UTC))

    effects = correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    assert ends([whole]) == [OCTOBER]
    assert states([whole]) == {State.ENDED}
    assert effects[0].sentence == "1 participation now ends with the membership."
    assert ends([whole], known_at=datetime(2021, 12, 11, 13, tzinfo=UTC)) == [END]
    assert whole.history.order_by("-pk").first().by is None


def test_the_other_members_take_part_as_before(whole, utsire):
    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    others = Participation.objects.exclude(pk=whole.pk)
    assert ends(others) == [END] * 2


def test_an_end_to_come_leaves_it_approved(whole, utsire):
    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), date(2022, 1, 31)))

    assert ends([whole]) == [date(2022, 1, 31)]
    assert states([whole]) == {State.APPROVED}


def test_when_the_end_of_the_membership_was_wrong_the_participation_goes_on(whole, utsire):
    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), None))

    assert ends([whole]) == [END]
    assert states([whole]) == {State.APPROVED}


def test_it_goes_no_further_than_was_last_asked_for_by_hand(whole, utsire, commissioning):
    save_end_date(seen([whole]), date(2021, 11, 30), WHY, by=commissioning)
    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), None))

    assert ends([whole]) == [date(2021, 11, 30)]


def test_who_comes_back_needs_an_offer_anew(whole, utsire):
    correct_membership(
        utsire.portland, utsire.network, (date(2019, 7, 1), date(2020, 6, 30)), (date(2021, 9, 16), None)
    )

    assert ends([whole]) == [date(2020, 6, 30)]
    assert Participation.objects.filter(provider=utsire.portland).count() == 1


def test_a_membership_rewritten_in_two_that_touch_changes_nothing(whole, utsire):
    effects = correct_membership(
        utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER), (date(2021, 11, 1), None)
    )

    assert effects == []
    assert ends([whole]) == [END]


def test_a_membership_that_never_was_leaves_the_participation_to_be_looked_at(whole, utsire):
    effects = correct_membership(utsire.portland, utsire.network)

    assert effects == []
    assert ends([whole]) == [END]


def test_a_cancelled_participation_is_left_alone(utsire):
    row = ParticipationFactory.create(provider=utsire.portland, network=utsire.network, state=State.CANCELLED)

    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    assert ends([row]) == [END]


@pytest.mark.parametrize("state", [State.OFFERED, State.ACCEPTED])
def test_an_offer_that_nobody_takes_part_by_yet_is_shortened_with_the_membership(utsire, state):
    row = ParticipationFactory.create(
        provider=utsire.portland, network=utsire.network, state=state, respond_by=date(2021, 12, 20)
    )

    effects = correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    assert (ends([row]), states([row])) == ([OCTOBER], {state})
    assert effects[0].sentence == "1 participation now ends with the membership."
    last = row.history.latest("pk")
    assert (last.by, last.note) == (None, "Its membership of the network ends.")


def test_a_shortened_offer_is_accepted_for_the_days_of_the_membership(service, utsire):
    row = ParticipationFactory.create(
        service=service, provider=utsire.portland, network=utsire.network, state=State.OFFERED
    )
    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))
    row.refresh_from_db()

    accept_offers(seen([row]), by=acting_as(Role.SERVICE_MANAGEMENT, organisation=utsire.portland))

    assert ends([row]) == [OCTOBER]
    assert states([row]) <= {State.ACCEPTED, State.APPROVED}


def test_a_shortened_offer_is_as_it_was_once_the_membership_goes_on(utsire):
    row = ParticipationFactory.create(provider=utsire.portland, network=utsire.network, state=State.OFFERED)
    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), OCTOBER))

    correct_membership(utsire.portland, utsire.network, (date(2019, 7, 1), None))

    assert (ends([row]), states([row])) == ([END], {State.OFFERED})
