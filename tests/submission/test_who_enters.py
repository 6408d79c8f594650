"""Who enters figures, on which dates, and until when."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from core.errors import Invalid, NotPermitted, NotVisible
from submission import commands, rules
from submission.commands import Figures
from submission.models import Hand, IndicatorValue, Submission
from submission.queries import values_of
from submission.queries.entry import NOT_SEEN
from submission.states import Source, Stage
from tests.factories.catalogue import AchievementDateFactory, released_service
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import (
    BY_HAND,
    NOVEMBER,
    a_field,
    an_indicator,
    with_indicators,
    world,
)
from tests.submission.entering import save, typed, value_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def visits(training_day, below_alone):
    """A service of which the PCN gives visits, and its practices the referrals; the key of the PCN's."""
    somewhere = world(**with_indicators(an_indicator("PCN1", a_field("VISITS", name="Visits"), level="network")))
    network = NetworkFactory.create(led_by=somewhere.commissioner)
    somewhere.practice.participations.update(network=network)
    return somewhere, somewhere.key()._replace(provider_id=network.pk), network


def test_entering_is_a_hand_in_the_provider_side_of_the_chain(portland):
    save(portland, 37)
    portland.submit(37)

    hand = Hand.objects.get()

    assert (hand.actor, hand.subject, hand.stage) == (portland.tamsin.user, portland.practice, Stage.PROVIDER)


def test_whoever_acted_in_another_stage_does_not_enter(portland):
    Hand.objects.create(
        service=portland.service, achievement_date=NOVEMBER, subject=portland.practice, actor=portland.tamsin.user,
        stage=Stage.COMMISSIONER, first_at=clock.now(),
    )  # fmt: skip

    with pytest.raises(NotPermitted, match="You acted on this payment before, in another stage"):
        portland.submit(37)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACHIEVEMENT_ENTRY}))
def test_without_achievement_entry_nothing_is_entered(portland, role):
    with pytest.raises(NotPermitted, match="You need the role Achievement Entry at the service provider"):
        portland.submit(37, by=portland.acting(role))


def test_another_practice_sees_nothing_of_it(portland):
    stranger = portland.acting(Role.ACHIEVEMENT_ENTRY, PracticeFactory.create())

    with pytest.raises(NotVisible):
        portland.submit(37, by=stranger)

    assert not Submission.objects.exists()


DAYS = [NOVEMBER, date(2021, 11, 29), date(2022, 3, 31), date(9999, 12, 31)]
ACTS = [
    lambda key, by: commands.begin_submission(key, by=by),
    lambda key, by: commands.save_work_in_progress(key, typed(37), by=by),
    lambda key, by: commands.submit_achievement_data(key, typed(37), by=by),
    lambda key, by: commands.nil_return(key, BY_HAND, by=by),
]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("act", ACTS, ids=["begin", "save", "submit", "nil return"])
@pytest.mark.parametrize("at", ["another practice", "another commissioner"])
def test_nobody_learns_what_others_were_offered(portland, act, day, at):
    """Offered, not offered, and offered where it takes no figures: one answer, whatever the date."""
    plain = released_service(code="PLAIN")
    ParticipationFactory.create(service=plain, provider=portland.practice, commissioner=portland.commissioner)
    unoffered = PracticeFactory.create()
    somewhere = PracticeFactory.create() if at == "another practice" else CommissionerFactory.create()
    stranger = portland.acting(Role.ACHIEVEMENT_ENTRY, somewhere)
    offered = portland.key(day)

    for key in (offered, offered._replace(provider_id=unoffered.pk), offered._replace(service_id=plain.pk)):
        with pytest.raises(NotVisible) as refused:
            act(key, stranger)
        assert refused.value.sentences == (NOT_SEEN,)
    assert not Submission.objects.exists()


def test_the_commissioning_organisation_enters_on_behalf(portland):
    portland.submit(37, by=portland.kezia)

    assert portland.submission.on_behalf
    assert IndicatorValue.objects.get().organisation == portland.commissioner


def test_what_the_commissioning_organisation_entered_only_it_changes(portland):
    portland.submit(37, by=portland.kezia)

    with pytest.raises(NotPermitted, match="The commissioning organisation entered these figures; only it can change"):
        portland.submit(35)
    portland.submit(36, by=portland.kezia)

    assert value_of(portland) == 36


def test_the_commissioning_organisation_corrects_what_the_practice_entered(portland):
    portland.submit(37)

    portland.submit(36, by=portland.kezia)

    assert (value_of(portland), portland.submission.on_behalf) == (36, True)


def test_extracted_figures_are_the_commissioning_organisations_to_change(portland):
    portland.submit(37)
    Submission.objects.update(origin=Source.EXTRACT)

    with pytest.raises(NotPermitted, match="These figures came by automatic extract"):
        portland.submit(35)
    portland.submit(35, by=portland.kezia)

    assert value_of(portland) == 35


def test_the_practice_enters_until_the_window_closes(portland, set_clock):
    set_clock(date(2021, 12, 12))

    assert portland.submit(37).values == 1


def test_after_the_window_only_the_commissioning_organisation_enters(portland, set_clock):
    set_clock(date(2021, 12, 13))

    with pytest.raises(NotPermitted, match="Entry closed on 12 December 2021, 12 days after the achievement date"):
        portland.submit(37)
    portland.submit(37, by=portland.kezia)

    assert value_of(portland) == 37


def test_what_an_app_above_locks_is_not_changed(portland):
    asked = []

    def lock(keys, on_behalf):
        asked.append((tuple(keys), on_behalf))
        return {} if on_behalf else {portland.key(): "It is approved."}

    rules.register_lock(lock)

    with pytest.raises(NotPermitted, match="It is approved"):
        portland.submit(37)
    portland.submit(36, by=portland.kezia)

    assert asked == [((portland.key(),), False), ((portland.key(),), True)]
    assert value_of(portland) == 36


def test_a_lock_registered_twice_is_asked_once(portland):
    asked = []

    def lock(keys, on_behalf):
        asked.append(on_behalf)
        return {}

    rules.register_lock(lock)
    rules.register_lock(lock)
    rules.locked([portland.key()], on_behalf=False)

    assert asked == [False]


def test_the_portal_itself_is_never_refused(portland, set_clock):
    set_clock(date(2022, 3, 1))

    portland.submit(37, by=SYSTEM)

    assert value_of(portland) == 37
    assert not Hand.objects.exists()


def test_a_date_that_is_no_achievement_date_is_refused(portland):
    with pytest.raises(Invalid, match="Achievement Date 15/11/2021 is not an achievement date of Weight Management"):
        save(portland, 1, key=portland.key(date(2021, 11, 15)))


def test_a_date_that_has_not_come_is_refused(portland):
    with pytest.raises(Invalid, match="Achievement Date 31/12/2021 has not come: it must be 11/12/2021 or earlier"):
        save(portland, 1, key=portland.key(date(2021, 12, 31)))


def test_a_date_that_is_not_a_payment_date_says_so(portland):
    day = date(2021, 12, 10)
    AchievementDateFactory.create(service=portland.service, date=day, is_payment_date=False)

    done = commands.submit_achievement_data(portland.key(day), typed(1), by=portland.tamsin)

    assert (
        "10 December 2021 is not a payment date of Weight Management: figures for it yield no payment." in done.warnings
    )


def test_a_service_that_was_not_offered_is_not_entered(training_day, below_alone):
    somewhere = world(offered=False)

    with pytest.raises(NotVisible, match="This service has not been offered to this provider"):
        somewhere.submit(37)


def test_a_participation_that_does_not_cover_the_date_is_said(portland):
    done = commands.submit_achievement_data(portland.key(date(2021, 11, 30)), typed(1), by=portland.tamsin)
    portland.practice.participations.update(state=1)
    again = commands.submit_achievement_data(portland.key(), typed(2), by=portland.tamsin)

    assert done.warnings == []
    assert again.warnings == [
        "Portland Surgery has no approved participation in Weight Management on 30 November 2021: these figures yield "
        "no payment until it has."
    ]


def test_a_service_without_indicators_takes_no_figures(portland):
    plain = released_service(code="PLAIN")
    ParticipationFactory.create(service=plain, provider=portland.practice, commissioner=portland.commissioner)

    with pytest.raises(Invalid, match="takes no figures from a practice"):
        commands.begin_submission(portland.key()._replace(service_id=plain.pk), by=portland.tamsin)


def test_a_network_enters_what_is_entered_at_its_level(training_day, below_alone):
    at_network = an_indicator("PCN1", a_field("VISITS", name="Visits"), level="network")
    somewhere = world(**with_indicators(at_network))
    network = NetworkFactory.create(led_by=somewhere.commissioner)
    somewhere.practice.participations.update(network=network)
    key = somewhere.key()._replace(provider_id=network.pk)
    isla = somewhere.acting(Role.ACHIEVEMENT_ENTRY, network)

    commands.submit_achievement_data(key, Figures({("WM", "PCN1", "VISITS"): 4}, BY_HAND), by=isla)

    assert values_of(*key)[("WM", "PCN1", "VISITS")].value == 4
    assert Hand.objects.get().subject == network


def test_pcn_management_enters_what_the_pcn_gives(visits):
    somewhere, key, network = visits
    isla = somewhere.acting(Role.PCN_MANAGEMENT, network)

    commands.submit_achievement_data(key, Figures({("WM", "PCN1", "VISITS"): 4}, BY_HAND), by=isla)

    assert values_of(*key)[("WM", "PCN1", "VISITS")].value == 4
    assert rules.enters(isla)


def test_pcn_management_enters_for_no_practice(visits):
    somewhere, _key, network = visits
    at = (network, somewhere.practice, somewhere.commissioner)
    people = [somewhere.acting(Role.PCN_MANAGEMENT, organisation) for organisation in at]

    for by in people:
        with pytest.raises(NotPermitted, match="You need the role Achievement Entry at the service provider"):
            commands.submit_achievement_data(somewhere.key(), typed(37), by=by)

    assert [rules.enters(by) for by in people] == [True, False, False]


def test_pcn_management_elsewhere_than_in_the_pcn_enters_nothing_of_it(visits):
    somewhere, key, _network = visits

    with pytest.raises(NotPermitted, match="PCN Management enters its figures too"):
        commands.begin_submission(key, by=somewhere.acting(Role.PCN_MANAGEMENT, somewhere.commissioner))


def test_pcn_view_enters_nothing(visits):
    somewhere, key, network = visits
    viewer = somewhere.acting(Role.PCN_VIEW, network)

    with pytest.raises(NotPermitted, match="PCN Management enters its figures too"):
        commands.begin_submission(key, by=viewer)

    assert not rules.enters(viewer)
