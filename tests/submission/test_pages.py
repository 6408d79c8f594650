from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from submission import commands, rules
from submission.commands import Figures
from submission.models import DraftValue, IndicatorValue, Submission
from submission.queries import needs_of, values_of
from tests.factories.accounts import GrantFactory
from tests.factories.catalogue import AchievementDateFactory
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import (
    BY_HAND,
    NOVEMBER,
    REFERRALS,
    a_field,
    an_indicator,
    with_indicators,
    world,
)
from tests.submission.conftest import sign_in
from tests.submission.entering import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portland")]

RECORD, PROVIDER = "submission:record_achievement", "submission:record_provider_achievement"
BOX = "value_0_wm001_referrals"
BUDGET = 16


def said(response):
    """What a page says, without its markup."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(words))


def at(name, day=NOVEMBER, *further, practice="V37647"):
    return reverse(f"submission:{name}", args=["WM-2021-22", day.isoformat(), practice, *further])


def fields_of(response):
    """The hidden fields of a page, by name."""
    tags = re.findall(r"<input[^>]*>", response.content.decode())
    hidden = [tag for tag in tags if 'type="hidden"' in tag]
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in hidden]
    return {name[1]: html.unescape(value[1]) if value else "" for name, value in pairs if name}


@pytest.fixture
def begun(portland):
    commands.begin_submission(portland.key(), by=portland.tamsin)
    return portland


def drawn(client):
    return fields_of(client.get(at("group", NOVEMBER, "WM")))["seen"]


def enter(client, value, act="save", seen=None, **more):
    given = {BOX: value, "note": "", "reason": str(BY_HAND.value), "act": act, "seen": seen or drawn(client), **more}
    return client.post(at("group", NOVEMBER, "WM"), given, follow=True)


def submit(client, **more):
    page = client.get(at("check"))
    shown = fields_of(page)
    return client.post(at("check"), {"version": shown["version"], "key": shown["key"], **more}, follow=True)


def value(portland):
    found = values_of(*portland.key()).get(REFERRALS)
    return found.value if found else None


def test_record_achievement_lists_the_dates_that_have_come(as_tamsin):
    page = said(as_tamsin.get(reverse(RECORD)))

    assert "Financial Year 2021/22 Quality Service Select a service Weight Management 2021/22 Achievement Date" in page
    assert "30 November 2021 Payment date Not started 12/12/2021" in page
    assert "31 December 2021" not in page


def test_a_date_chosen_offers_to_add_and_to_return_nil(as_tamsin):
    page = said(as_tamsin.get(reverse(RECORD), {"service": "WM-2021-22", "date": "2021-11-30"}))

    assert "Weight Management, 30 November 2021" in page
    assert "It is a payment date. Entry closes on 12 December 2021. No figures have been entered yet." in page
    assert "Add New Achievement" in page
    assert "Nil return" in page


def test_a_date_that_is_not_a_payment_date_says_at_once_that_it_pays_nothing(as_tamsin, portland):
    AchievementDateFactory.create(service=portland.service, date=date(2021, 12, 1), is_payment_date=False)

    page = said(as_tamsin.get(reverse(RECORD), {"service": "WM-2021-22", "date": "2021-12-01"}))

    assert "1 December 2021: not a payment date: no payment" in page
    assert "It is not a payment date of Weight Management: figures for it yield no payment." in page


def test_whoever_only_looks_is_told_why_nothing_can_be_added(client, portland):
    viewer = sign_in(client, portland.acting(Role.VIEW))

    page = said(viewer.get(reverse(RECORD), {"service": "WM-2021-22", "date": "2021-11-30"}))

    assert "Add New Achievement" not in page
    assert "that needs the role Achievement Entry" in page


def test_a_practice_without_a_service_is_told_so(client, portland):
    elsewhere = sign_in(client, portland.acting(Role.ACHIEVEMENT_ENTRY, PracticeFactory.create()))

    assert "No quality service that figures are entered for has been offered yet." in said(
        elsewhere.get(reverse(RECORD))
    )


def test_filters_that_name_nothing_are_left_out(as_tamsin):
    page = as_tamsin.get(reverse(RECORD), {"year": "1999", "service": "NO", "date": "2021-02-31"})

    assert page.status_code == 200
    assert "There is a problem" not in said(page)


def test_adding_a_new_achievement_begins_it(as_tamsin, portland):
    given = {"service": "WM-2021-22", "date": "2021-11-30", "provider": "V37647"}

    page = as_tamsin.post(reverse("submission:add"), given, follow=True)

    assert portland.submission.state == 1
    assert "Achievement at 30 November 2021" in said(page)
    assert "Weight management Not started" in said(page)
    assert "30 referrals in a payment period" in said(page)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service": "NO"}, 404),
        ({"provider": "X"}, 404),
        ({"date": "soon"}, 404),
        ({"date": "2021-11-15"}, 422),
        ({"date": "2021-12-31"}, 422),
    ],
)
def test_what_cannot_be_added_is_refused(as_tamsin, changes, status):
    given = {"service": "WM-2021-22", "date": "2021-11-30", "provider": "V37647"} | changes

    assert as_tamsin.post(reverse("submission:add"), given).status_code == status
    assert not Submission.objects.exists()


def test_a_group_shows_each_field_with_its_current_value(as_tamsin, begun):
    begun.submit(12)

    page = said(as_tamsin.get(at("group", NOVEMBER, "WM")))

    assert (
        "Patients referred to a weight management service Referrals Current value: 12, submitted by Tamsin Dale."
        in page
    )
    assert "Submission notes" in page
    assert "Reason for manual entry" in page


def test_a_service_entered_by_hand_always_has_its_reason_chosen(as_tamsin, begun):
    page = as_tamsin.get(at("group", NOVEMBER, "WM")).content.decode()

    assert re.search(r'name="reason" type="radio" value="3" checked', page)


def test_work_in_progress_is_saved_and_said(as_tamsin, begun):
    page = said(enter(as_tamsin, "37", note="Two were late."))

    assert "Work in progress saved: 1 value. It is not submitted yet." in page
    assert "Weight management Last updated 11 December 2021, 12:00, by Tamsin Dale 1 in progress" in page
    assert "Referrals None yet 37" in page
    assert DraftValue.objects.get().value == 37


def test_what_was_saved_is_there_when_one_returns(as_tamsin, begun):
    enter(as_tamsin, "37", note="Two were late.")

    page = as_tamsin.get(at("group", NOVEMBER, "WM")).content.decode()

    assert re.search(rf'name="{BOX}"[^>]*value="37"', page)
    assert "Two were late." in page


def test_a_number_of_thousands_of_digits_is_refused_by_name(as_tamsin, begun):
    response = enter(as_tamsin, "9" * 5000)

    assert response.status_code == 422
    assert "must be 99,999,999 or less: it has 5,000 digits." in said(response)
    assert not DraftValue.objects.exists()


def test_submitting_is_checked_first(as_tamsin, begun):
    page = said(enter(as_tamsin, "37", act="submit"))

    assert "Check before you submit" in page
    assert "Referrals None yet 37" in page
    assert "7 are above the allocation of 30: shown, and not paid." in page
    assert value(begun) is None


def test_submitted_figures_lead_to_the_provisional_payment_and_what_happens_next(client, begun, published):
    acting = sign_in(client, begun.tamsin)
    GrantFactory.create(user=begun.tamsin.user, organisation=begun.practice, role=Role.FINANCE_VIEW)
    enter(acting, "37", act="submit")

    page = said(submit(acting))

    assert "Achievement data submitted 1 value submitted for 30 November 2021." in page
    assert "37 referrals, 30 payable: £345.00." in page
    assert "Somebody with Declaration Management declares it." in page
    assert "Until it is approved, you can change the figures until entry closes on 12 December 2021." in page
    assert value(begun) == 37


def test_whoever_does_not_see_pounds_is_told_that_the_payment_was_worked_out(as_tamsin, begun, published):
    enter(as_tamsin, "37", act="submit")

    page = said(submit(as_tamsin))

    assert "£" not in page
    assert "The payment was worked out. You see pounds with the role Finance View." in page
    assert "7 are above the allocation of 30" in page


def test_a_form_sent_twice_submits_once(as_tamsin, begun, published):
    enter(as_tamsin, "37", act="submit")
    shown = fields_of(as_tamsin.get(at("check")))
    given = {"version": shown["version"], "key": shown["key"]}

    pages = [as_tamsin.post(at("check"), given, follow=True) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("1 value submitted" in said(page) for page in pages)
    assert (IndicatorValue.objects.count(), len(published)) == (1, 1)


def test_reloading_the_confirmation_submits_nothing(as_tamsin, begun, published):
    enter(as_tamsin, "37", act="submit")
    submit(as_tamsin)

    again = as_tamsin.get(at("submitted"))

    assert "Achievement data submitted" in said(again)
    assert len(published) == 1


def test_a_confirmation_of_something_else_leads_to_the_summary(as_tamsin, begun):
    assert as_tamsin.get(at("submitted")).url == at("summary")


def test_figures_changed_since_the_check_are_not_submitted(as_tamsin, begun):
    enter(as_tamsin, "37", act="submit")
    shown = fields_of(as_tamsin.get(at("check")))
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 38}), by=begun.una)

    page = as_tamsin.post(at("check"), {"version": shown["version"], "key": shown["key"]})

    assert page.status_code == 409
    assert "Una Ellis changed these figures on 11 December 2021, 12:00, after you saw them." in said(page)
    assert value(begun) is None


def test_what_a_field_cannot_hold_is_said_and_stays_in_its_box(as_tamsin, begun):
    page = enter(as_tamsin, "thirty")

    assert page.status_code == 422
    assert "Error: Weight management" in said(page)
    assert "Referrals must be a whole number: 'thirty' is not one." in said(page)
    assert re.search(rf'name="{BOX}"[^>]*value="thirty"', page.content.decode())


def test_a_submission_that_is_not_complete_says_what_is_missing(as_tamsin, begun):
    page = enter(as_tamsin, "", act="submit")

    assert "Not complete yet Enter referrals: it is required." in said(page)
    assert "Enter referrals: it is required." in said(submit(as_tamsin))


def test_two_people_in_one_field_are_asked_whose_is_kept(as_tamsin, begun):
    seen = drawn(as_tamsin)
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)

    page = enter(as_tamsin, "37", seen=seen)

    assert page.status_code == 409
    assert "Una Ellis changed it to 35 on 11 December 2021, 12:00. You typed 37." in said(page)
    assert "Referrals has changed meanwhile: select whose value is kept." in said(page)
    assert "Keep mine: 37" in said(page)
    assert "Take theirs: 35" in said(page)
    assert DraftValue.objects.get().value == 35


@pytest.mark.parametrize(("choice", "kept"), [("mine", 37), ("theirs", 35)])
def test_the_answer_is_kept(as_tamsin, begun, choice, kept):
    seen = drawn(as_tamsin)
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)
    asked = fields_of(enter(as_tamsin, "37", seen=seen))

    enter(as_tamsin, "37", seen=asked["seen"], asked=asked["asked"], **{f"keep_{BOX}": choice})

    assert DraftValue.objects.get().value == kept


def test_without_an_answer_it_is_asked_again(as_tamsin, begun):
    seen = drawn(as_tamsin)
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)
    asked = fields_of(enter(as_tamsin, "37", seen=seen))

    page = enter(as_tamsin, "37", seen=asked["seen"], asked=asked["asked"])

    assert page.status_code == 422
    assert DraftValue.objects.get().value == 35


def test_what_was_typed_is_never_taken_for_markup(as_tamsin, begun):
    begun.una.user.name = "<b>Una</b>"
    begun.una.user.save()
    commands.save_work_in_progress(begun.key(), Figures({REFERRALS: 35}), by=begun.una)

    page = enter(as_tamsin, "<script>1</script>", asked=BOX).content.decode()

    assert "<script>1" not in page
    assert "<b>Una" not in page


def test_a_form_that_was_altered_is_refused(as_tamsin, begun):
    assert enter(as_tamsin, "37", seen="no such thing").status_code == 409


def test_management_information_left_empty_is_offered_to_be_filled(client, training_day, below_alone):
    somewhere = world_of_its_own()
    acting = sign_in(client, somewhere.tamsin)
    commands.save_work_in_progress(somewhere.key(), Figures({REFERRALS: 3}, BY_HAND), by=somewhere.tamsin)
    address = reverse("submission:check", args=[somewhere.service.code, "2021-11-30", somewhere.practice.code])
    page = acting.get(address)
    shown = fields_of(page)

    acting.post(address, {"version": shown["version"], "key": shown["key"], "zero_fill": "on"})

    assert "Enter 0 for the management information left empty" in said(page)
    assert values_of(*somewhere.key())[("WM", "MI", "DECLINED")].value == 0


def world_of_its_own():
    """Another service, with management information, of another practice."""
    return world(
        org_id="V11111",
        code="WM-MI",
        **with_indicators(an_indicator("MI", a_field("DECLINED", name="Declined"), mi=True)),
    )


def test_a_nil_return_is_confirmed_with_its_reason(as_tamsin, portland):
    asked = as_tamsin.get(at("nil_return"))
    given = {"reason": str(BY_HAND.value), "note": "Nobody was referred.", "key": fields_of(asked)["key"]}

    pages = [as_tamsin.post(at("nil_return"), given, follow=True) for _ in range(2)]

    assert "0 is submitted in every number." in said(asked)
    assert all("Achievement data submitted" in said(page) for page in pages)
    assert value(portland) == 0
    assert IndicatorValue.objects.count() == 1


@pytest.mark.parametrize("before", [False, True])
def test_a_nil_return_does_not_drop_what_somebody_entered_meanwhile(as_tamsin, portland, before):
    if before:
        portland.submit(36)
    asked = as_tamsin.get(at("nil_return"))
    shown = fields_of(asked)
    portland.submit(37, by=portland.known("Ravi Holm", portland.practice))

    page = as_tamsin.post(at("nil_return"), {"reason": "3", "version": shown["version"], "key": shown["key"]})

    assert ("It takes the place of what was entered: 1 field." in said(asked)) == before
    assert page.status_code == 409
    assert "Ravi Holm changed these figures on" in said(page)
    assert value(portland) == 37


def test_a_nil_return_of_figures_that_were_only_begun_is_made(as_tamsin, portland):
    shown = fields_of(as_tamsin.get(at("nil_return")))
    commands.begin_submission(portland.key(), by=portland.tamsin)

    as_tamsin.post(at("nil_return"), {"reason": "3", "version": shown["version"], "key": shown["key"]})

    assert value(portland) == 0


def test_a_nil_return_asks_for_its_reason(as_tamsin):
    page = as_tamsin.post(at("nil_return"), {"key": "k"})

    assert page.status_code == 422
    assert "Select reason for manual entry." in said(page)


def test_an_unknown_address_does_not_exist(as_tamsin, begun):
    assert as_tamsin.get(at("group", NOVEMBER, "NO")).status_code == 404
    assert as_tamsin.get(at("summary", date(2021, 10, 31))).status_code == 404
    assert as_tamsin.get(at("summary").replace("2021-11-30", "soon")).status_code == 404
    assert as_tamsin.get(at("nil_return", practice="NONE")).status_code == 404


@pytest.mark.parametrize("name", ["summary", "check", "submitted", "nil_return"])
def test_another_practice_sees_nothing_of_it(client, begun, name):
    stranger = sign_in(client, begun.acting(Role.ACHIEVEMENT_ENTRY, PracticeFactory.create()))

    assert stranger.get(at(name)).status_code == 404


def test_what_is_locked_is_shown_and_says_why(as_tamsin, begun):
    seen = drawn(as_tamsin)
    rules.register_lock(lambda keys, on_behalf: {begun.key(): "It is approved."})

    page = said(as_tamsin.get(at("group", NOVEMBER, "WM")))

    assert "Why you cannot change these figures It is approved." in page
    assert "Save Work in Progress" not in page
    assert enter(as_tamsin, "37", seen=seen).status_code == 403


def test_the_commissioning_organisation_chooses_a_provider_and_enters_on_behalf(portland):
    kezia = sign_in(Client(), portland.kezia)
    services = said(kezia.get(reverse(PROVIDER)))
    chosen = {"service": "WM-2021-22", "provider": "V37647", "date": "2021-11-30"}
    page = said(kezia.get(reverse(PROVIDER), chosen))

    kezia.post(reverse("submission:add"), {"service": "WM-2021-22", "date": "2021-11-30", "provider": "V37647"})
    enter(kezia, "36", act="submit")
    done = said(submit(kezia))
    summary = said(kezia.get(at("summary")))

    assert "Select a service provider, then Apply." in services
    assert "Add New Achievement" in page
    assert "Achievement data submitted" in done
    assert "Kezia Moor submitted it, on behalf" in summary
    assert portland.submission.on_behalf


def test_after_the_window_the_practice_reads_that_it_has_closed(as_tamsin, begun, set_clock):
    set_clock(date(2021, 12, 13))

    assert "Entry closed on 12 December 2021" in said(as_tamsin.get(at("group", NOVEMBER, "WM")))


def test_home_says_what_is_to_be_entered_and_what_was_not_submitted(portland):
    before = [need.sentence for need in needs_of(portland.tamsin)]
    commands.begin_submission(portland.key(), by=portland.tamsin)
    opened = [need.sentence for need in needs_of(portland.tamsin)]
    save(portland, None, reason=None)
    emptied = [need.sentence for need in needs_of(portland.tamsin)]
    save(portland, 12)
    begun = [need.sentence for need in needs_of(portland.tamsin)]
    portland.submit(37)

    assert before == opened == emptied == ["Weight Management, November 2021: enter figures by 12 December 2021"]
    assert begun == ["Weight Management, November 2021: entered and not submitted"]
    assert needs_of(portland.tamsin) == []


def test_home_says_nothing_of_it_to_who_does_not_enter(portland):
    assert needs_of(portland.acting(Role.VIEW)) == []
    assert needs_of(portland.kezia) == []


@pytest.mark.parametrize("name", ["record", "summary", "group", "check"])
def test_pages_ask_the_database_few_questions(as_tamsin, begun, settings, name, django_assert_max_num_queries):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    addresses = {"record": reverse(RECORD), "group": at("group", NOVEMBER, "WM")}
    address = addresses.get(name) or at(name)
    as_tamsin.get(address)

    with django_assert_max_num_queries(BUDGET):
        page = as_tamsin.get(address)

    assert page.status_code == 200
