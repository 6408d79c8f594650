"""*To be adjusted*: the list, its filters, order, files and totals; for whom; Home, the nil settlement, and the API."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.states import Role
from achievement import commands
from achievement.models import AdjustmentDue, NilSettlement
from core import clock
from tests.achievement.payments import said, signed_in
from tests.factories.achievement import OCTOBER, World, seen
from tests.factories.nil import settled, two_approved
from tests.factories.organisations import CommissionerFactory, NetworkFactory, PracticeFactory

pytestmark = pytest.mark.django_db

LIST, API = "/achievement/to-be-adjusted/", "/api/v1/to-be-adjusted/"
JULY_2020 = date(2020, 7, 31)


def differs(world: World, approved: str, due: str, *, practice: int = 0, day: date = OCTOBER, **kept) -> AdjustmentDue:
    """A difference as a calculation would have kept it."""
    values = {
        "service": world.service, "network": world.network, "provider": world.practices[practice],
        "commissioner": world.commissioner, "achievement_date": day, "why": "A list size was corrected.",
        "since": clock.now(), **kept,
    }  # fmt: skip
    return AdjustmentDue.objects.create(approved=Decimal(approved), due=Decimal(due), **values)


@pytest.fixture
def differing(world: World) -> World:
    differs(world, "735.36", "793.00")
    differs(world, "996.98", "976.00", practice=1)
    differs(world, "518.44", "0.00", practice=2, day=JULY_2020, why="")
    return world


def listed(world: World, query: str = "", *, role: Role = Role.FINANCE_MANAGEMENT, at=None) -> str:
    return said(signed_in(world.acting(role, at)).get(f"{LIST}{query}"))


def names_in(answer) -> list[str]:
    """The practices of a list, from top to bottom."""
    return re.findall(r'<th[^>]*scope="row"[^>]*>(?:<a[^>]*>)?([^<]+)', answer.content.decode())


def href_in(answer, label: str) -> str:
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>\s*{label}', answer.content.decode())
    assert found, label
    return html.unescape(found[1])


def test_each_line_says_what_was_approved_what_is_due_who_is_paid_why_and_since_when(differing):
    text = listed(differing)

    assert "3 lines: £57.64 more is due, £539.42 was approved that is not due; −£481.78 in all." in text
    assert f"Portland Surgery {differing.network.name}" in text
    assert "31/10/2021 Viking Medical Practice £735.36 £793.00 £57.64 A list size was corrected." in text
    assert "£996.98 £976.00 −£20.98" in text
    assert "31/07/2020 Viking Medical Practice £518.44 £0.00 −£518.44 Not known" in text
    assert "The portal makes no adjustment payments yet" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?year=2020/21", ["Wight Health Centre"]),
        ("?year=2021/22", ["Portland Surgery", "Viking Medical Practice"]),
        ("?direction=more", ["Portland Surgery"]),
        ("?direction=less", ["Viking Medical Practice", "Wight Health Centre"]),
        ("?text=port", ["Portland Surgery"]),
        ("?text={network}", ["Portland Surgery", "Viking Medical Practice", "Wight Health Centre"]),
    ],
)
def test_the_list_and_its_totals_are_narrowed(differing, query, shown):
    answer = signed_in(differing.finance).get(LIST + query.format(network=differing.network.code))

    assert sorted(names_in(answer)) == shown


def test_service_network_and_lead_narrow_it_too(differing):
    other = NetworkFactory.create()
    one = differs(differing, "1.00", "2.00", network=other, provider=PracticeFactory.create())

    answer = signed_in(differing.finance).get(f"{LIST}?network={other.pk}&service={differing.service.pk}")

    assert names_in(answer) == [one.provider.name]
    assert "1 line: £1.00 more is due." in said(answer)


def test_it_is_sorted_by_difference_and_paged_with_what_is_kept_in_the_address(differing):
    for number in range(30):
        differs(differing, "1.00", f"{number + 2}.00", provider=PracticeFactory.create())
    ada = signed_in(differing.finance)

    first = ada.get(f"{LIST}?sort=-difference&view=25&year=2021/22")
    href = href_in(first, "Next")
    rest = ada.get(href)

    ordered = AdjustmentDue.objects.filter(achievement_date=OCTOBER).order_by("-difference", "-pk")
    assert [*names_in(first), *names_in(rest)] == [row.provider.name for row in ordered]
    assert (len(names_in(first)), len(names_in(rest)), "year=2021" in href) == (25, 7, True)


def test_how_many_questions_it_asks_does_not_grow(differing):
    ada = signed_in(differing.finance)
    ada.get(LIST)
    with CaptureQueriesContext(connection) as few:
        ada.get(LIST)
    for _ in range(20):
        differs(differing, "1.00", "2.00", provider=PracticeFactory.create())

    with CaptureQueriesContext(connection) as many:
        ada.get(LIST)

    assert len(many) == len(few)


def test_nothing_to_show_says_so_and_what_filters_leave_out_is_told_from_it(world):
    assert "Nothing is to be adjusted: what finance has approved is what is due." in listed(world)

    differs(world, "1.00", "2.00")

    assert "No line matches these filters. Clear them to see more." in listed(world, "?text=nobody")


def test_a_practice_sees_its_own_a_network_its_lines_and_others_none(differing):
    portland = listed(differing, role=Role.FINANCE_VIEW, at=differing.practices[0])
    network = listed(differing, role=Role.FINANCE_VIEW, at=differing.network)
    other = listed(differing, role=Role.FINANCE_VIEW, at=CommissionerFactory.create())

    assert ("Portland Surgery" in portland, "£976.00" in portland) == (True, False)
    assert "3 lines" in network
    assert "Nothing is to be adjusted" in other


def test_without_a_role_that_shows_pounds_no_pounds_are_shown_sorted_or_found(differing):
    text = listed(differing, "?sort=difference&direction=more", role=Role.VIEW)

    assert "3 lines." in text
    assert "£" not in text.replace("£0.00", "")
    assert "£" not in said(signed_in(differing.acting(Role.VIEW)).get(f"{LIST}?file=csv"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_comes_as_a_file(differing, kind):
    answer = signed_in(differing.finance).get(f"{LIST}?file={kind}&text=port")

    assert answer["Content-Disposition"] == f'attachment; filename="to-be-adjusted.{kind}"'
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [(row["SERVICE_PROVIDER_NAME"], row["DIFFERENCE"], row["PAYEE"]) for row in rows] == [
            ("Portland Surgery", "57.64", "Viking Medical Practice")
        ]


def test_another_kind_of_file_is_not_there(differing):
    assert signed_in(differing.finance).get(f"{LIST}?file=pdf").status_code == 404


def test_home_counts_them_for_finance_and_approvers_of_the_lead(differing):
    told = "3 lines that have finance approval are to be adjusted"

    homes = {role: said(signed_in(differing.acting(role)).get("/")) for role in Role if role in WHO_SEES_TO_IT}
    others = said(signed_in(differing.acting(Role.VIEW)).get("/"))

    assert all(told in text and "−£481.78" in text for text in homes.values())
    assert told not in others


WHO_SEES_TO_IT = (Role.FINANCE_MANAGEMENT, Role.APPROVAL_MANAGEMENT)


def test_a_complete_nil_settlement_leads_to_the_list(world):
    two_approved(world)
    settled(world)
    commands.give_finance_approval(seen(world.total()), by=world.finance)
    ada = signed_in(world.approver)

    page = ada.get(f"/achievement/nil/{NilSettlement.objects.get().pk}/").content.decode()
    (href,) = re.findall(r'<p><a href="([^"]+)">To be adjusted</a>', page)

    assert names_in(ada.get(html.unescape(href))) == ["Wight Health Centre"]


def test_the_api_lists_them(differing):
    answer = signed_in(differing.finance).get(f"{API}?financial_year=2021/22&difference=more").json()

    (row,) = answer["results"]
    assert row["provider"]["name"] == "Portland Surgery"
    assert (row["approved"], row["due"], row["difference"]) == ("735.36", "793.00", "57.64")
    assert (row["payee"], row["why"]) == ("Viking Medical Practice", "A list size was corrected.")


def test_the_api_keeps_pounds_from_whoever_sees_points(differing):
    looks = signed_in(differing.acting(Role.VIEW))

    (row, *_) = looks.get(API).json()["results"]

    assert (row["approved"], row["due"], row["difference"]) == (None, None, None)
    assert looks.get(f"{API}?difference=more").status_code == 403


@pytest.mark.parametrize("query", ["network=999", "direction=sideways"])
def test_a_file_whose_filter_names_nothing_is_refused_and_does_not_hold_everything(differing, query):
    answer = signed_in(differing.acting(Role.FINANCE_MANAGEMENT)).get(f"{LIST}?file=csv&{query}")

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/html")
