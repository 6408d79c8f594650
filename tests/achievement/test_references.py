"""The reference of a payment: quoted on the telephone, found wherever one looks for it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import commands
from accounts.states import Role
from achievement.formats import PAYMENT, TOTAL, id_referred_to, reference_of
from achievement.models import NetworkAchievement
from tests.achievement.payments import Payments, payments, said, signed_in
from tests.api.conftest import Program
from tests.factories.accounts import acting_as
from tests.factories.achievement import utsire
from tests.factories.organisations import CommissionerFactory


@pytest.fixture
def portland(db: None, training_day: object) -> Payments:
    return payments()


@pytest.mark.parametrize("id", [1, 9, 97, 102, 9_999_999, 10_000_000, 123_456_789_012])
def test_a_reference_leads_back_to_its_row_however_it_is_said(id: int) -> None:
    reference = reference_of(PAYMENT, id)

    for heard in (reference, reference.lower(), reference.replace("-", ""), f" {reference.replace('-', ' ')} "):
        assert id_referred_to(PAYMENT, heard) == id
    assert id_referred_to(TOTAL, reference) is None


def test_it_is_written_so() -> None:
    assert (reference_of(PAYMENT, 102), reference_of(TOTAL, 102)) == ("A-0000102-83", "N-0000102-83")


def test_one_wrong_digit_and_two_that_changed_places_are_noticed() -> None:
    digits = "123456751"
    assert reference_of(PAYMENT, 1234567) == f"A-{digits[:7]}-{digits[7:]}"

    wrong = {f"A{digits[:at]}{other}{digits[at + 1 :]}" for at in range(9) for other in "0123456789"}
    swapped = {f"A{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}" for at in range(8)}

    assert {id_referred_to(PAYMENT, each) for each in (wrong | swapped) - {f"A{digits}"}} == {None}


@pytest.mark.parametrize("text", ["", "A", "Portland", "A81001", "A-0000102", "X-0000102-83", "A-0000102-84", "٣" * 9])
def test_what_is_no_reference_refers_to_nothing(text: str) -> None:
    assert id_referred_to(PAYMENT, text) is None


def test_it_is_one_from_the_first_declaration_on_and_stands_wherever_the_payment_does(portland: Payments) -> None:
    row = portland.declared()
    reference = row.reference
    manager, approver = signed_in(portland.manager), signed_in(portland.approver)

    pages = {
        "history": manager.get(reverse("achievement:declare")),
        "its page": manager.get(reverse("achievement:achievement", args=[row.pk])),
        "report": manager.get(reverse("reports:achievement_summary"), {"service": row.service_id}),
        "csv": approver.get(
            reverse("reports:achievement_summary_file", args=["csv"]), {"service": row.service_id, "year": "2021/22"}
        ),
    }

    assert {name for name, page in pages.items() if reference in _text(page)} == set(pages)


def _text(response: object) -> str:
    streamed = getattr(response, "streaming", False)
    return b"".join(response).decode() if streamed else response.content.decode()  # type: ignore[attr-defined,call-overload]


def test_it_is_found_in_the_lists_and_by_the_search_of_the_portal(portland: Payments) -> None:
    row = portland.declared()
    approver = signed_in(portland.approver)
    wrong = row.reference[:-1] + str((int(row.reference[-1]) + 1) % 10)

    results = said(approver.get(reverse("achievement:achievement_results"), {"text": row.reference}))
    nothing = said(approver.get(reverse("achievement:achievement_results"), {"text": wrong}))
    search = approver.get(reverse("home:search"), {"q": row.reference.lower()})

    assert "1 achievement" in results
    assert row.provider.name in results
    assert row.provider.name not in nothing
    assert search["Location"] == reverse("achievement:achievement", args=[row.pk])


def test_somebody_else_finds_nothing_by_it(portland: Payments) -> None:
    row = portland.declared()
    other = signed_in(acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory.create()))

    search = other.get(reverse("home:search"), {"q": row.reference})

    assert search.status_code == 200
    assert "Nothing you can see" in said(search)


def test_programs_read_it_and_find_by_it(portland: Payments) -> None:
    row = portland.declared()
    secret = commands.create_token("Payments", portland.approver.organisation_id or 0, by=portland.approver).secret

    found = Program(secret).get("achievements/", text=row.reference).json()["results"]

    assert [(each["id"], each["reference"]) for each in found] == [(row.pk, row.reference)]


def test_a_total_of_a_network_has_one_of_its_own(db: None, training_day: object) -> None:
    world = utsire()
    world.aggregated()
    total = NetworkAchievement.objects.get()
    finance = acting_as(Role.FINANCE_MANAGEMENT, organisation=world.commissioner)
    client = signed_in(finance)

    search = client.get(reverse("home:search"), {"q": total.reference})

    assert search.status_code == 302
    assert total.reference in said(client.get(search["Location"]))
