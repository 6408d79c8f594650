"""Who may be payee on which days: what is refused, with field, value and rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from core.dates import DAY, inclusive
from core.errors import Invalid
from organisations.models import Kind, Organisation, Payee, PayeeProposal
from ui.wording import dense_date, long_date

ORG_ID = re.compile(r"[A-Z0-9]{3,12}")
PAYABLE = frozenset({Kind.PRACTICE, Kind.OTHER})


@dataclass(frozen=True)
class Nomination:
    """Whom somebody wants to receive a network's money, on which days; both are included, and no end is open.

    `payee_name` names a body that the portal does not know yet.
    """

    network: Organisation
    payee_code: str
    start_date: date
    end_date: date | None = None
    payee_name: str = ""


def payee_named(nomination: Nomination) -> Organisation:
    """The organisation that is to be payee; a body that nobody knows is added under its Org ID and name."""
    code, name = nomination.payee_code.strip().upper(), nomination.payee_name.strip()
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        if not ORG_ID.fullmatch(code):
            raise Invalid(
                f"Nominated Payee: “{nomination.payee_code}” is no Org ID. It has 3 to 12 letters and digits.",
                field="payee",
            )
        if not name:
            raise Invalid(
                f"Nominated Payee: no organisation with the Org ID {code} is known. Check it, or enter the name of the "
                "body too.",
                field="payee_name",
            )
        return Organisation.objects.create(code=code, name=name, kind=Kind.OTHER)
    if found.kind not in PAYABLE:
        raise Invalid(
            f"Nominated Payee: {found} is a {Kind(found.kind).label}. It must be a practice or another body.",
            field="payee",
        )
    return found


def must_fit(nomination: Nomination, payee: Organisation, beside: int | None = None) -> None:
    """Raises Invalid, naming the field, where the days or the payee break a rule. `beside` is a proposal's own id."""
    start, end = nomination.start_date, nomination.end_date
    if end and end < start:
        raise Invalid(
            f"End Date must be on or after start date, {long_date(start)}: it is {long_date(end)}. "
            "Both days are included.",
            field="end_date",
        )
    if payee.close_date and payee.close_date < start:
        raise Invalid(
            f"Nominated Payee: {payee} closed on {long_date(payee.close_date)}, before the start date "
            f"{long_date(start)}.",
            field="payee",
        )
    _must_share_no_day_with_proposals(nomination, beside)
    _must_end_before_later_nominations(nomination)
    if _is_payee_already(nomination, payee):
        raise Invalid(f"Nominated Payee: {payee} is nominated on these days already.", field="payee")


def _must_share_no_day_with_proposals(nomination: Nomination, beside: int | None) -> None:
    days = inclusive(nomination.start_date, nomination.end_date)
    pending = (
        PayeeProposal.objects.pending().filter(network=nomination.network, days__overlap=days).exclude(pk=beside or 0)
    )
    other = pending.select_related("payee").order_by("days__startswith").first()
    if other:
        raise Invalid(
            f"Start Date {dense_date(nomination.start_date)}: {other.payee.name} is proposed already, "
            f"{_days(other.start_date, other.end_date)}. Two proposals cannot share a day: have that one confirmed, "
            "declined or withdrawn first.",
            field="start_date",
        )


def _must_end_before_later_nominations(nomination: Nomination) -> None:
    """A nomination takes the place of the one in force on its first day; one that begins later is not overwritten."""
    rows = Payee.objects.known().filter(network=nomination.network, valid__startswith__gt=nomination.start_date)
    if nomination.end_date:
        rows = rows.filter(valid__startswith__lte=nomination.end_date)
    if later := rows.select_related("payee").order_by("valid__startswith").first():
        starts: date = later.valid.lower
        raise Invalid(
            f"End Date must be {long_date(starts - DAY)} or earlier: {later.payee.name} is nominated from "
            f"{long_date(starts)}, and no two payees share a day. To replace that one, let the new one start on "
            f"{long_date(starts)}.",
            field="end_date",
        )


def _is_payee_already(nomination: Nomination, payee: Organisation) -> bool:
    until = nomination.end_date + DAY if nomination.end_date else None
    same = Payee.objects.as_of(nomination.start_date).filter(network=nomination.network, payee=payee)
    open_ended = Q(valid__endswith=None)
    return same.filter(open_ended | Q(valid__endswith__gte=until) if until else open_ended).exists()


def _days(start: date, end: date | None) -> str:
    return f"from {long_date(start)}" + (f" to {long_date(end)}" if end else " on")
