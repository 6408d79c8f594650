"""Allocations, page by page: seen on two clocks, set on a form or by file, as foreseen."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.states import Role
from participation.commands import offer_to_practices, set_allocations
from participation.models import Allocation
from participation.queries import allocation_of
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from tests.factories.submission import NOVEMBER, world
from tests.participation.conftest import ENDS, STARTS
from tests.participation.pages import hidden, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def offered(somewhere, kezia):
    """Weight Management offered to Portland Surgery and another practice; Portland has an allocation of 30."""
    other = PracticeFactory.create(code="V66334", name="Viking Medical Practice", parent=somewhere.commissioner)
    offer_to_practices(somewhere.service.pk, [somewhere.practice.pk, other.pk], STARTS, ENDS, by=kezia)
    set_allocations(somewhere.service.pk, {somewhere.practice.pk: 30}, STARTS, ENDS, by=kezia, reason="As last year.")
    somewhere.other = other
    return somewhere


@pytest.fixture
def setter(client, kezia):
    return sign_in(client, kezia)


def at(name, world, **more):
    return reverse(f"participation:{name}", kwargs={"code": world.service.code, **more})


def entered(world, **changes):
    """What the form sends for Portland Surgery."""
    return {
        "step": "check", "seen": f"{world.practice.pk}:1", f"amount_{world.practice.pk}": "40",
        "start_date": "2021-11-01", "end_date": "2022-03-31", "reason": "More patients.", **changes,
    }  # fmt: skip


def saved(client, world, page):
    sent = {name: hidden(page, name) for name in ("settings", "reason", "foreseen", "key")}
    return client.post(at("save_allocations", world), sent, follow=True)


def amount_of(world, practice, day=NOVEMBER):
    found = allocation_of(world.service.pk, practice.pk, day)
    return found.amount if found else None


def test_services_paid_up_to_an_allocation_are_listed_with_counts(setter, offered):
    page = setter.get(reverse("participation:allocations"))

    assert "Weight Management 2021/22 01/07/2021 - 31/03/2022 2 1" in text(page)


def test_without_such_a_service_the_list_says_so(setter, somewhere):
    assert "offers no service that is paid up to an allocation" in text(
        setter.get(reverse("participation:allocations"))
    )


def test_each_practice_is_listed_with_what_holds_today(setter, offered):
    said = text(setter.get(at("service_allocations", offered)))

    assert "Portland Surgery V37647 30 01/07/2021 31/03/2022 As last year." in said
    assert "Viking Medical Practice V66334 No allocation: nothing limits it" in said


@pytest.mark.parametrize(
    ("query", "shown"), [({"text": "viking med"}, (False, True)), ({"show": "with"}, (True, False)),
                         ({"show": "without"}, (False, True)), ({"text": "nobody"}, (False, False))],
)  # fmt: skip
def test_the_list_is_narrowed(setter, offered, query, shown):
    said = text(setter.get(at("service_allocations", offered), query))

    assert ("V37647" in said, "V66334" in said) == shown


def test_the_list_is_shown_as_it_was_recorded_on_an_earlier_day(setter, offered, kezia, set_clock):
    set_clock(date(2021, 12, 20))
    set_allocations(offered.service.pk, {offered.practice.pk: 44}, STARTS, ENDS, by=kezia, reason="Corrected.")
    asked = {"recorded_on_day": "15", "recorded_on_month": "12", "recorded_on_year": "2021"}

    now, then = setter.get(at("service_allocations", offered)), setter.get(at("service_allocations", offered), asked)

    assert "Portland Surgery V37647 44" in text(now)
    assert "Portland Surgery V37647 30" in text(then)
    assert "what was recorded at the end of 15 December 2021" in text(then)
    assert 'value="set"' not in then.content.decode()


def test_the_history_says_what_was_believed_since_when_by_whom_and_why(setter, offered, kezia, set_clock):
    set_clock(date(2021, 12, 20))
    set_allocations(offered.service.pk, {offered.practice.pk: 44}, STARTS, ENDS, by=kezia, reason="Corrected.")

    said = text(setter.get(at("allocation_history", offered, practice="V37647")))

    assert f"01/07/2021 - 31/03/2022 44 20/12/2021 12:00 {kezia.name} Corrected." in said
    assert f"01/07/2021 - 31/03/2022 30 11/12/2021 12:00 20/12/2021 12:00 {kezia.name} As last year." in said


def test_an_allocation_is_entered_checked_and_saved(setter, offered):
    form = setter.post(at("set_allocations", offered), {"seen": f"{offered.practice.pk}:1"})
    check = setter.post(at("set_allocations", offered), entered(offered))
    before = amount_of(offered, offered.practice)
    done = saved(setter, offered, check)

    assert "Allocation of Portland Surgery (V37647)" in text(form)
    assert 'value="30"' in form.content.decode()
    assert "1 allocation changes." in text(check)
    assert before == 30
    assert "1 allocation changes." in text(done)
    assert amount_of(offered, offered.practice) == 40
    assert amount_of(offered, offered.practice, date(2021, 10, 31)) == 30
    assert Allocation.objects.known().get(amount=40).reason == "More patients."


def test_what_it_does_in_pounds_is_shown_before_it_is_saved(client):
    made = world(allocation=30)
    made.submit(37)
    by = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=made.commissioner)

    page = text(sign_in(client, by).post(at("set_allocations", made), entered(made)))

    assert "£345.00 to £425.50" in page or "£425.50" in page
    assert amount_of(made, made.practice) == 30


def test_an_empty_amount_takes_the_allocation_away(setter, offered):
    check = setter.post(at("set_allocations", offered), entered(offered, **{f"amount_{offered.practice.pk}": ""}))
    saved(setter, offered, check)

    assert amount_of(offered, offered.practice) is None


def test_the_same_amount_changes_nothing_and_says_so(setter, offered):
    check = setter.post(at("set_allocations", offered), entered(offered, **{f"amount_{offered.practice.pk}": "30"}))

    assert "0 allocations change. 1 is as set already." in text(check)


def test_pressing_twice_sets_once(setter, offered):
    check = setter.post(at("set_allocations", offered), entered(offered))

    saved(setter, offered, check)
    again = saved(setter, offered, check)

    assert "1 allocation changes." in text(again)
    assert Allocation.objects.filter(amount=40).count() == 1


def test_where_the_world_has_moved_the_difference_is_shown(setter, offered, kezia):
    check = setter.post(at("set_allocations", offered), entered(offered))
    set_allocations(offered.service.pk, {offered.practice.pk: 40}, STARTS, ENDS, by=kezia)

    again = saved(setter, offered, check)

    assert again.status_code == 409
    assert "No longer: 1 allocation changes." in text(again)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": ""}, "Enter reason."),
        ({"end_date": "2021-10-31"}, "End date must be on or after start date"),
        ({"end_date": "2022-04-01"}, "End date must be 31 March 2022 or earlier"),
        ({"amount": "-1"}, "Allocation of Portland Surgery (V37647) must be 0 or more"),
        ({"amount": "many"}, "must be a whole number: 'many' is not one."),
        ({"amount": "9999999999"}, "must be 99,999,999 or less"),
    ],
)
def test_what_cannot_be_is_refused_and_kept_as_typed(setter, offered, changes, sentence):
    amount = {f"amount_{offered.practice.pk}": changes.pop("amount")} if "amount" in changes else {}

    page = setter.post(at("set_allocations", offered), entered(offered, **changes, **amount))

    assert page.status_code == 422
    assert sentence in text(page)
    assert amount_of(offered, offered.practice) == 30


def test_without_a_practice_chosen_nothing_changes_and_that_is_said(setter, offered):
    page = setter.post(at("set_allocations", offered), {}, follow=True)

    assert "Select at least one practice first. Nothing was changed." in text(page)


def test_the_list_is_a_file_that_can_be_uploaded_again(setter, offered):
    file = setter.get(at("allocations_file", offered)).content

    page = upload(setter, offered, file)

    assert file.decode("utf-8-sig").splitlines()[1] == "V37647,Portland Surgery,30,01/07/2021,31/03/2022,As last year."
    assert "0 allocations change. 1 is as set already." in text(page)


def upload(client, world, content):
    sent = {"start_date": "2021-07-01", "end_date": "2022-03-31", "reason": "This year's."}
    return client.post(
        at("upload_allocations", world), sent | {"file": SimpleUploadedFile("allocations.csv", content)}, follow=True
    )


def test_a_file_sets_many_each_on_its_own_days(setter, offered):
    content = b"ORG_ID,ALLOCATION,START_DATE\nv66334,22,2021-11-01\nV37647,NONE,\n"

    saved(setter, offered, upload(setter, offered, content))

    assert amount_of(offered, offered.other) == 22
    assert amount_of(offered, offered.other, date(2021, 10, 31)) is None
    assert amount_of(offered, offered.practice) is None


def test_each_row_that_is_wrong_is_named_and_nothing_is_set(setter, offered):
    content = (
        b"ORG_ID,ALLOCATION,START_DATE,END_DATE\nV66334,22,,\nV66334,23,,\nX00001,1,,\nV37647,many,,\n,4,,\n"
        b"V37647,5,31/02/2021,\nV37647,6,01/01/2021,\n"
    )

    page = upload(setter, offered, content)

    said = text(page)
    assert page.status_code == 422
    assert "3 ORG_ID V66334 is named twice: it stands in row 2 too." in said
    assert "4 ORG_ID X00001 is not offered this service by your organisation" in said
    assert "5 ALLOCATION many must be a whole number, 0 or more, or NONE to take it away." in said
    assert "6 ORG_ID is missing: each row needs an Org ID." in said
    assert "7 START_DATE 31/02/2021 must be a real date, such as 31/10/2021." in said
    assert "8 START_DATE 01/01/2021 is outside the dates of the service." in said
    assert amount_of(offered, offered.other) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"ORG_ID\nV37647\n", "needs a column ALLOCATION"), (b"ORG_ID,ALLOCATION\nV37647,\n", "sets no allocation")],
)
def test_a_file_that_is_no_such_list_is_refused(setter, offered, content, sentence):
    assert sentence in text(upload(setter, offered, content))


def test_who_may_look_does_not_set(client, offered):
    viewer = sign_in(client, acting_as(Role.VIEW, organisation=offered.commissioner))

    page = viewer.get(at("service_allocations", offered))
    refused = viewer.post(at("set_allocations", offered), entered(offered))

    assert "Allocations are set by whoever holds Commissioning Management" in text(page)
    assert refused.status_code == 403


def test_what_was_checked_cannot_be_made_up(setter, offered):
    sent = {"settings": "made-up", "reason": "x", "foreseen": "y", "key": "z"}

    assert setter.post(at("save_allocations", offered), sent).status_code == 409
    assert setter.post(at("save_allocations", offered), {}).status_code == 409


@pytest.mark.parametrize("practices", [1, 30])
def test_the_list_asks_a_constant_number_of_questions(
    setter, offered, kezia, practices, django_assert_max_num_queries, settings
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    ids = [PracticeFactory.create(parent=offered.commissioner).pk for _ in range(practices)]
    offer_to_practices(offered.service.pk, ids, STARTS, ENDS, by=kezia)
    setter.get(at("service_allocations", offered))

    with django_assert_max_num_queries(10):
        page = setter.get(at("service_allocations", offered))

    assert page.status_code == 200
