from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.states import Role
from core import clock
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from submission import commands, rules
from submission.commands import ChangedMeanwhile, Figures
from submission.models import DraftValue, Hand, IndicatorValue, Submission, SubmissionChange
from submission.queries import glimpse_of, sheet_of_key, values_for, values_of
from submission.states import ManualReason, Source, Stage, State
from tests.factories.catalogue import AchievementDateFactory, released_service
from tests.factories.organisations import NetworkFactory, PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import (
    BY_HAND,
    NOVEMBER,
    REFERRALS,
    a_field,
    an_indicator,
    weight_management_content,
    with_indicators,
    world,
)

pytestmark = pytest.mark.django_db

OCTOBER = date(2021, 10, 31)


def typed(value, reason=BY_HAND, **more):
    return Figures({REFERRALS: value}, reason, **more)


def save(world, value, *, by=None, key=None, **more):
    return commands.save_work_in_progress(key or world.key(), typed(value, **more), by=by or world.tamsin)


def value_of(world, path=REFERRALS):
    found = values_of(*world.key()).get(path)
    return found.value if found else None


def drafts():
    return {tuple(row.path): row.value for row in DraftValue.objects.all()}


def glimpses(world):
    """How the fields look now, to somebody who opens the page."""
    return {path: glimpse_of(line) for path, line in sheet_of_key(world.key()).lines.items()}


def test_a_submission_is_begun_once(portland):
    first = commands.begin_submission(portland.key(), by=portland.tamsin)
    again = commands.begin_submission(portland.key(), by=portland.una)

    assert first == again
    assert State(portland.submission.state) == State.IN_PROGRESS
    assert portland.submission.commissioner == portland.commissioner
    assert [row.transition for row in SubmissionChange.objects.all()] == ["begin"]


def test_work_in_progress_counts_for_nothing_yet(portland, published):
    saved = save(portland, "37", note="Two were late.")

    assert (saved.in_progress, drafts()) == (1, {REFERRALS: 37})
    assert value_of(portland) is None
    assert published == []
    assert (portland.submission.note, portland.submission.manual_reason) == ("Two were late.", BY_HAND)


def test_work_in_progress_may_be_incomplete(portland):
    saved = commands.save_work_in_progress(portland.key(), Figures({REFERRALS: ""}), by=portland.tamsin)

    assert saved.in_progress == 0
    assert State(portland.submission.state) == State.IN_PROGRESS


def test_submitting_makes_figures_count_and_tells_the_apps_above(portland, published):
    done = portland.submit(37)

    submitted = values_of(*portland.key())[REFERRALS]
    assert (submitted.value, submitted.by_id, submitted.source) == (37, portland.tamsin.user_id, Source.MANUAL)
    assert [change.keys for change in published] == [frozenset({portland.key()})]
    assert [effect.sentence for effect in done.effects] == ["37 referrals, 30 payable: £345.00."]
    assert State(portland.submission.state) == State.SUBMITTED


def test_work_in_progress_is_submitted_as_it_was_saved(portland):
    save(portland, 37, note="Checked.")

    commands.submit_achievement_data(portland.key(), by=portland.una)

    assert value_of(portland) == 37
    assert drafts() == {}
    assert (portland.submission.note, portland.submission.manual_reason) == ("", None)
    assert SubmissionChange.objects.latest("pk").note == "Checked."


def test_each_manual_value_keeps_its_reason_and_who_gave_it(portland):
    portland.submit(37)

    row = IndicatorValue.objects.get()

    assert ManualReason(row.manual_reason) == ManualReason.CANNOT_BE_EXTRACTED
    assert (row.by, row.organisation) == (portland.tamsin.user, portland.practice)


def test_submitting_again_appends_and_the_latest_counts(portland, set_clock):
    portland.submit(37)
    set_clock(clock.today() + timedelta(days=1))

    portland.submit(35)

    assert [row.value for row in IndicatorValue.objects.order_by("pk")] == [37, 35]
    assert value_of(portland) == 35
    assert values_of(*portland.key(), known_at=date(2021, 12, 11))[REFERRALS].value == 37


def test_a_value_is_never_changed_nor_deleted(portland):
    portland.submit(37)

    for write in (lambda: IndicatorValue.objects.update(value=1), lambda: IndicatorValue.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            write()


def test_a_manual_value_without_a_reason_is_refused_by_the_database(portland):
    portland.submit(37)

    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorValue.objects.create(
            submission=portland.submission, path=["X"], value=1, source=Source.MANUAL, submitted_at=clock.now()
        )


def test_submitting_without_a_reason_is_refused(portland):
    with pytest.raises(Invalid, match="Select why the figures are entered by hand"):
        commands.submit_achievement_data(portland.key(), typed(37, reason=None), by=portland.tamsin)

    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("abc", "Referrals must be a whole number: 'abc' is not one."),
        ("3.5", "Referrals must be a whole number: '3.5' is not one."),
        ("-1", "Referrals must be 0 or more: it is −1."),
        ("1,00", "Referrals must be a whole number: '1,00' is not one."),
        (True, "Referrals must be a whole number: 'True' is not one."),
        ("100000000", "Referrals must be 99,999,999 or less: it is 100,000,000."),
    ],
)
def test_what_a_field_cannot_hold_is_refused_with_field_value_and_rule(portland, value, sentence):
    with pytest.raises(Invalid) as refused:
        save(portland, value)

    assert refused.value.sentences == (sentence,)
    assert drafts() == {}


def test_whole_numbers_may_be_typed_with_commas(portland):
    save(portland, " 1,234 ")

    assert drafts() == {REFERRALS: 1234}


def test_a_field_of_another_service_is_refused(portland):
    with pytest.raises(Invalid, match=r"WM\.NO is not a field that Portland Surgery gives"):
        commands.save_work_in_progress(portland.key(), Figures({("WM", "NO"): 1}), by=portland.tamsin)


def test_a_note_too_long_is_refused(portland):
    with pytest.raises(Invalid, match="Submission notes must be 1,000 characters or fewer: they are 1,001"):
        save(portland, 1, note="x" * 1001)


def test_a_required_field_left_empty_is_refused(portland):
    with pytest.raises(Invalid, match="Enter referrals: it is required"):
        commands.submit_achievement_data(portland.key(), Figures(reason=BY_HAND), by=portland.tamsin)


def test_nothing_new_is_not_submitted_again(portland):
    portland.submit(37)

    with pytest.raises(Invalid, match="Nothing has changed since the figures were last submitted"):
        portland.submit(37)


def test_more_than_the_allocation_is_shown_and_not_dropped(portland):
    done = portland.submit(37)

    assert value_of(portland) == 37
    assert done.warnings == [
        "Referrals: 37 were given, and 30 are payable. 7 are above the allocation of 30: shown, and not paid."
    ]


def test_within_the_allocation_nothing_is_said(training_day, below_alone):
    somewhere = world(allocation=30)

    assert somewhere.submit(30).warnings == []


def test_without_an_allocation_it_is_said_that_nothing_limits_what_is_paid(training_day, below_alone):
    somewhere = world(allocation=None)

    assert somewhere.submit(37).warnings == [
        "No allocation of Weight Management is recorded for Portland Surgery on 30 November 2021: nothing limits what "
        "is paid."
    ]


def test_a_claim_is_capped_by_another_field(training_day, below_alone):
    register = an_indicator("REG", a_field("REGISTER", "register", name="Register"))
    calculation = weight_management_calculation(
        limit={"kind": "field", "field": ["WM", "REG", "REGISTER"], "over": "payment_period", "source": "Test."}
    )
    somewhere = world(**with_indicators(register), calculation=calculation)

    figures = Figures({REFERRALS: 12, ("WM", "REG", "REGISTER"): 10}, BY_HAND)
    done = commands.submit_achievement_data(somewhere.key(), figures, by=somewhere.tamsin)

    assert done.warnings == [
        "Referrals: 12 were given, and 10 are payable. 2 are above the register of 10: shown, and not paid."
    ]


def weight_management_calculation(**changes):
    return weight_management_content()["calculation"] | changes


@pytest.fixture
def checks(training_day, below_alone):
    """A service that asks for a numerator and a denominator too."""
    pair = an_indicator(
        "CK", a_field("NUM", "numerator", name="Checked"), a_field("DEN", "denominator", name="Eligible")
    )
    return world(**with_indicators(pair))


def test_a_numerator_above_its_denominator_is_refused(checks):
    figures = Figures({REFERRALS: 1, ("WM", "CK", "NUM"): 12, ("WM", "CK", "DEN"): 10}, BY_HAND)

    with pytest.raises(Invalid, match="Checked must be 10 or less, the value of eligible: it is 12"):
        commands.submit_achievement_data(checks.key(), figures, by=checks.tamsin)


def test_a_numerator_equal_to_its_denominator_is_taken(checks):
    figures = Figures({REFERRALS: 1, ("WM", "CK", "NUM"): 10, ("WM", "CK", "DEN"): 10}, BY_HAND)

    assert commands.submit_achievement_data(checks.key(), figures, by=checks.tamsin).values == 3


def test_every_problem_is_said_at_once(checks):
    figures = Figures({("WM", "CK", "NUM"): 12})

    with pytest.raises(Invalid) as refused:
        commands.submit_achievement_data(checks.key(), figures, by=checks.tamsin)

    assert refused.value.sentences == (
        "Enter referrals: it is required.",
        "Enter eligible: it is required.",
        "Select why the figures are entered by hand.",
    )


def test_fields_of_one_name_are_told_apart(training_day, below_alone):
    somewhere = world(**with_indicators(an_indicator("WM002", a_field("REFERRALS", name="Referrals"))))

    with pytest.raises(Invalid) as refused:
        commands.submit_achievement_data(somewhere.key(), Figures(reason=BY_HAND), by=somewhere.tamsin)

    assert "Enter indicator WM002: referrals: it is required." in refused.value.sentences


@pytest.fixture
def informed(training_day, below_alone):
    """A service with management information."""
    return world(**with_indicators(an_indicator("MI", a_field("DECLINED", name="Declined"), mi=True)))


def test_management_information_must_be_there(informed):
    with pytest.raises(Invalid, match="Enter declined, or choose to enter 0 for management information left empty"):
        informed.submit(3)


def test_management_information_left_empty_can_be_filled_with_nought(informed):
    done = commands.submit_achievement_data(informed.key(), typed(3), by=informed.tamsin, zero_fill=True)

    assert done.values == 2
    assert value_of(informed, ("WM", "MI", "DECLINED")) == 0


def test_nought_is_not_filled_in_for_what_is_paid(informed):
    with pytest.raises(Invalid, match="Enter referrals: it is required"):
        commands.submit_achievement_data(informed.key(), Figures(reason=BY_HAND), by=informed.tamsin, zero_fill=True)


def test_days_money_and_yes_or_no_are_read(training_day, below_alone):
    fields = (a_field("DAY", "date"), a_field("COST", "money"), a_field("DONE", "yes_no"))
    somewhere = world(**with_indicators(fields=fields))
    given = {("WM", "DAY"): "2021-11-05", ("WM", "COST"): "£1,234.5", ("WM", "DONE"): "Yes"}

    commands.save_work_in_progress(somewhere.key(), Figures(given), by=somewhere.tamsin)

    assert drafts() == {("WM", "DAY"): "2021-11-05", ("WM", "COST"): "1234.50", ("WM", "DONE"): True}


def test_a_nil_return_is_one_act(portland, published):
    done = commands.nil_return(portland.key(), BY_HAND, "Nobody was referred.", by=portland.tamsin)

    assert value_of(portland) == 0
    assert (done.values, len(published)) == (1, 1)
    assert [row.transition for row in SubmissionChange.objects.order_by("pk")] == ["begin", "nil return"]


def test_a_nil_return_takes_the_place_of_what_was_in_progress(portland):
    save(portland, 37)

    commands.nil_return(portland.key(), BY_HAND, by=portland.tamsin)

    assert (value_of(portland), drafts()) == (0, {})


def test_a_nil_return_cannot_say_a_day(training_day, below_alone):
    somewhere = world(**with_indicators(fields=(a_field("DAY", "date", name="Start"),)))

    with pytest.raises(Invalid, match="Nil return: Start must be entered, because a day is required"):
        commands.nil_return(somewhere.key(), BY_HAND, by=somewhere.tamsin)


def test_figures_that_were_submitted_count_while_others_are_typed(portland):
    portland.submit(37)

    save(portland, 35)

    assert value_of(portland) == 37
    assert State(portland.submission.state) == State.BEING_CHANGED


def test_typing_back_what_counts_leaves_nothing_in_progress(portland):
    portland.submit(37)
    save(portland, 35)

    save(portland, 37)

    assert drafts() == {}
    assert State(portland.submission.state) == State.SUBMITTED


def test_emptying_a_box_takes_the_value_in_progress_back(portland):
    save(portland, 37)

    save(portland, "")

    assert drafts() == {}


def test_what_two_people_typed_into_one_field_is_told_to_the_second(portland):
    save(portland, 30)
    seen = glimpses(portland)
    save(portland, 35, by=portland.una)

    with pytest.raises(ChangedMeanwhile) as clash:
        save(portland, 37, glimpses=seen)

    assert clash.value.clashes[0].sentence == (
        "Referrals: Una Ellis changed it to 35, 11 December 2021, 12:00. You typed 37."
    )
    assert drafts() == {REFERRALS: 35}


def test_what_somebody_submitted_meanwhile_is_told_too(portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    seen = glimpses(portland)
    portland.submit(35, by=portland.una)

    with pytest.raises(ChangedMeanwhile, match="Una Ellis changed it to 35"):
        save(portland, 37, glimpses=seen)


def test_two_people_who_type_the_same_do_not_clash(portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    seen = glimpses(portland)
    save(portland, 37, by=portland.una)

    save(portland, 37, glimpses=seen)

    assert drafts() == {REFERRALS: 37}


def test_two_people_in_different_fields_do_not_clash(checks):
    commands.begin_submission(checks.key(), by=checks.tamsin)
    seen = glimpses(checks)
    hers = Figures({REFERRALS: 5, ("WM", "CK", "NUM"): "", ("WM", "CK", "DEN"): ""}, glimpses=seen)
    his = Figures({REFERRALS: "", ("WM", "CK", "NUM"): 1, ("WM", "CK", "DEN"): 2}, glimpses=seen)
    commands.save_work_in_progress(checks.key(), hers, by=checks.tamsin)

    saved = commands.save_work_in_progress(checks.key(), his, by=checks.una)

    assert drafts() == {REFERRALS: 5, ("WM", "CK", "NUM"): 1, ("WM", "CK", "DEN"): 2}
    assert saved.kept_theirs == ["Referrals: Tamsin Dale changed it to 5 meanwhile; it was kept."]


def test_what_was_typed_back_and_forth_still_counts_as_changed(portland):
    save(portland, 30)
    seen = glimpses(portland)
    save(portland, "", by=portland.una)
    save(portland, 31, by=portland.una)

    with pytest.raises(ChangedMeanwhile):
        save(portland, 32, glimpses=seen)


def test_figures_changed_since_they_were_checked_are_not_submitted(portland):
    seen = save(portland, 37).version
    save(portland, 38, by=portland.una)

    with pytest.raises(Conflict, match="Una Ellis changed these figures on 11 December 2021, 12:00"):
        commands.submit_achievement_data(portland.key(), by=portland.tamsin, version=seen)

    assert value_of(portland) is None


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


@pytest.fixture
def visits(training_day, below_alone):
    """A service of which the PCN gives visits, and its practices the referrals; the key of the PCN's."""
    somewhere = world(**with_indicators(an_indicator("PCN1", a_field("VISITS", name="Visits"), level="network")))
    network = NetworkFactory.create(led_by=somewhere.commissioner)
    somewhere.practice.participations.update(network=network)
    return somewhere, somewhere.key()._replace(provider_id=network.pk), network


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


def test_values_of_many_are_read_at_once(portland, django_assert_num_queries):
    portland.submit(37)
    october = portland.key(OCTOBER)
    commands.submit_achievement_data(october, typed(12), by=portland.kezia)

    with django_assert_num_queries(1):
        found = values_for([portland.key(), october, portland.key(date(2021, 9, 30))])

    assert {key.achievement_date: each[REFERRALS].value for key, each in found.items()} == {NOVEMBER: 37, OCTOBER: 12}


def test_without_keys_nothing_is_read(db):
    assert values_for([]) == {}
