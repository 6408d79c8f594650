"""One real commissioner of 2021: approved but for one practice, aggregated, every penny checked."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.core.management import call_command

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, NetworkAchievement
from achievement.queries.readiness import readiness_of
from achievement.states import State
from core.actors import SYSTEM
from organisations.models import Lead, Organisation
from participation.commands import offer_to_networks
from tests.factories.accounts import acting_as
from tests.factories.achievement import OCTOBER, seen
from tests.factories.catalogue import released_service

pytestmark = pytest.mark.django_db

TEES_VALLEY = "16C"
RATE = Fraction(61, 1000)


def rounded(pounds: Fraction) -> Decimal:
    """To the penny, half a penny up, by whole numbers alone."""
    pennies, rest = divmod(pounds * 100, 1)
    return Decimal(int(pennies) + (1 if rest >= Fraction(1, 2) else 0)) / 100


def lists_in(path) -> dict[str, Fraction]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        return {
            row["Practice Code"]: Fraction(row["Number of Registered Patients (Last Known Figure)"]) for row in rows
        }


def members_in(path, day: date) -> dict[str, set[str]]:
    """Network -> practices that are members on a day, straight from the workbook; no practice of this one has two."""
    book = openpyxl.load_workbook(path)
    sheet = book["PCN Core Partner Details"]
    rows = sheet.iter_rows(values_only=True)
    head = [str(cell).strip().lower().replace("\n", " ") for cell in next(rows)]
    practice, network = (
        head.index(next(name for name in head if wanted in name))
        for wanted in ("partner organisation code", "pcn code")
    )
    start, end = (head.index(next(name for name in head if wanted in name)) for wanted in ("start date", "end date"))
    members: dict[str, set[str]] = {}
    for row in rows:
        if row[practice] and _day(row[start]) <= day and (not row[end] or _day(row[end]) >= day):
            members.setdefault(row[network], set()).add(row[practice])
    return members


def _day(value) -> date:
    text = str(value).strip()
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text.isdigit() else date.fromisoformat(text[:10])


def test_every_network_but_that_practices_is_aggregated_to_the_penny(real_data, training_day):
    networks_file = real_data / "ods" / "ePCN_2023-01-26.xlsx"
    payments = real_data / "payments" / "nhspaymentsgp_21-22.csv"
    call_command(
        "load_ods",
        practices=real_data / "ods" / "epraccur_2023-02.csv",
        networks=networks_file,
        lists=[payments],
        lists_as_at=date(2021, 1, 1),
        commissioner=TEES_VALLEY,
        verbosity=0,
    )
    service, commissioner = released_service(), Organisation.objects.get(code=TEES_VALLEY)
    networks = set(Lead.objects.as_of(OCTOBER).filter(commissioner=commissioner).values_list("network", flat=True))
    commissioning = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=commissioner)
    approver = acting_as(Role.APPROVAL_MANAGEMENT, organisation=commissioner)

    offer_to_networks(service.pk, networks, service.start_date, service.end_date, by=commissioning)
    lines = list(Achievement.objects.filter(achievement_date=OCTOBER).order_by("provider__code"))
    held_back = lines[0]
    commands.approve_achievements(seen(*lines[1:]), by=approver)
    commands.aggregate_networks(by=SYSTEM, commissioner=commissioner)

    members, sizes = members_in(networks_file, OCTOBER), lists_in(payments)
    totals = {total.network.code: total for total in NetworkAchievement.objects.select_related("network")}
    led = set(Organisation.objects.filter(pk__in=networks).values_list("code", flat=True))
    assert len(led) > 10
    assert set(totals) == led - {held_back.network.code}
    for code, total in totals.items():
        assert total.state == State.AGGREGATED
        assert total.amount == sum((rounded(sizes[practice] * RATE) for practice in members[code]), Decimal(0)), code
    waiting = readiness_of([(service.pk, OCTOBER, held_back.network_id)])[service.pk, OCTOBER, held_back.network_id]
    assert waiting.approved == waiting.expected - 1 == len(members[held_back.network.code]) - 1
