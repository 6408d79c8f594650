"""Each cause of a waiting network, told: what, of whom, since when, seen in what, who can act, and with which form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.states import Role
from achievement.presenters.waiting import links, nil
from achievement.presenters.waiting.evidence import evidence_of
from achievement.presenters.waiting.subject import Subject
from achievement.presenters.waiting.titles import title_of
from achievement.queries.causes import FIRST_TO_LAST, BlockedLine, Cause, Known, Waiting
from core import clock
from organisations.models import Organisation
from ui.frame import Link
from ui.wording import listed, month

OF_THE_NETWORK = frozenset({Cause.OFFERS_END, Cause.RECALCULATION, Cause.COMMISSIONER})
"""Told once for a service, not practice by practice."""


@dataclass(frozen=True)
class Finding:
    """One cause, of one practice or of the whole network, in all the services and dates where it holds.

    `held` is what the totals it blocks have approved and held; `days` since the earliest of their dates.
    """

    cause: Cause
    title: str
    practices: tuple[Organisation, ...]
    services: tuple[str, ...]
    dates: tuple[date, ...]
    evidence: tuple[str, ...]
    who: str
    role: Role | None
    acts_at: int | None
    links: tuple[Link, ...]
    for_lead: tuple[Link, ...]
    settle: tuple[Link, ...]
    days: int
    held: Decimal

    @property
    def since(self) -> date:
        return min(self.dates)

    @property
    def when(self) -> str:
        """`September, October and November 2021`; the first and the last of many."""
        names = [month(day) for day in sorted(set(self.dates))]
        if len(names) > 4:
            return f"{names[0]} to {names[-1]}"
        return listed(names)


def findings_of(found: Sequence[Waiting], known: Known) -> list[Finding]:
    """Every cause, what must be done first first; what is the same for several services and dates is told once."""
    grouped: dict[tuple[Cause, int, int], list[tuple[Waiting, BlockedLine]]] = {}
    for each in found:
        for line in each.lines:
            for cause in line.causes:
                whole = cause in OF_THE_NETWORK or line.practice_id is None
                key = (cause, each.key.service_id if whole else 0, 0 if whole else line.practice_id or 0)
                grouped.setdefault(key, []).append((each, line))
    order = {cause: at for at, cause in enumerate(FIRST_TO_LAST)}
    told = [_finding(cause, of_cause, known) for (cause, _service, _practice), of_cause in grouped.items()]
    return sorted(told, key=lambda each: (order[each.cause], -each.held, [p.name for p in each.practices]))


def _finding(cause: Cause, of_cause: Sequence[tuple[Waiting, BlockedLine]], known: Known) -> Finding:
    subject = _subject(cause, of_cause, known)
    role, where = acts_on(subject)
    days = tuple(sorted({each.key.achievement_date for each, _line in of_cause}))
    held = {each.key: each.held for each, _line in of_cause}
    return Finding(
        cause=cause,
        title=title_of(subject),
        practices=subject.practices,
        services=tuple(service.short_name for service in subject.services),
        dates=days,
        evidence=(*evidence_of(subject), *nil.proposed(subject)),
        who=who_can(role, where, known),
        role=role,
        acts_at=where.pk if where else None,
        links=tuple(links.of(subject)),
        for_lead=tuple(links.for_lead(subject)),
        settle=tuple(nil.settle(subject)),
        days=(clock.today() - days[0]).days,
        held=sum(held.values(), Decimal(0)),
    )


def _subject(cause: Cause, of_cause: Sequence[tuple[Waiting, BlockedLine]], known: Known) -> Subject:
    lines = [line for _each, line in of_cause]
    practices = {line.practice_id: known.practices[line.practice_id] for line in lines if line.practice_id}
    services = {line.key.service_id: known.services[line.key.service_id] for line in lines}
    return Subject(
        cause,
        tuple(sorted(practices.values(), key=lambda each: each.name)),
        tuple(sorted(services.values(), key=lambda each: each.short_name)),
        tuple(lines),
        known,
    )


def acts_on(subject: Subject) -> tuple[Role | None, Organisation | None]:
    """Which role, in which organisation, puts this right."""
    known, practice = subject.known, subject.practice
    if subject.cause == Cause.NOT_TAKEN_UP and subject.is_unanswered:
        return Role.SERVICE_MANAGEMENT, practice
    if subject.cause == Cause.NO_FIGURE:
        return (Role.REFERENCE_DATA if subject.lacks_list else Role.SERVICE_RELEASE), known.national
    if subject.cause == Cause.NOBODY:
        return _grants(known, subject.acting_organisation)
    return _ACTS_ON[subject.cause][0], getattr(known, where) if (where := _ACTS_ON[subject.cause][1]) else practice


_ACTS_ON: Mapping[Cause, tuple[Role, str]] = {
    **dict.fromkeys(
        (
            Cause.OFFERS_END, Cause.MEMBER_ENDS, Cause.NEVER_OFFERED, Cause.STARTS_LATE, Cause.HANGS_ELSEWHERE,
            Cause.NOT_TAKEN_UP,
        ),
        (Role.COMMISSIONING_MANAGEMENT, "lead"),
    ),
    **dict.fromkeys(
        (Cause.AWAITING_DATA, Cause.NOT_SUBMITTED, Cause.INFORMATION_MISSING, Cause.NO_PAYMENT_DATE),
        (Role.ACHIEVEMENT_ENTRY, ""),
    ),
    Cause.ENTRY_CLOSED: (Role.ACHIEVEMENT_ENTRY, "lead"),
    Cause.RECALCULATION: (Role.OPERATIONS, "national"),
    Cause.DECLARATION: (Role.DECLARATION_MANAGEMENT, ""),
    Cause.COMMISSIONER: (Role.APPROVAL_MANAGEMENT, "lead"),
    Cause.HELD: (Role.APPROVAL_MANAGEMENT, "lead"),
    Cause.ODS: (Role.REFERENCE_DATA, "national"),
    Cause.CLOSED: (Role.COMMISSIONING_MANAGEMENT, "lead"),
    Cause.UNKNOWN: (Role.OPERATIONS, "national"),
}  # fmt: skip
""" "" is the practice itself."""


def _grants(known: Known, where: Organisation | None) -> tuple[Role | None, Organisation | None]:
    """Who could give somebody the role that nobody has: the administrators there, or those of the lead above it."""
    for role, organisation in (
        (Role.USER_ADMINISTRATOR, where), (Role.ADVANCED_USER_ADMINISTRATOR, where),
        (Role.ADVANCED_USER_ADMINISTRATOR, known.lead),
    ):  # fmt: skip
        if known.holders(role, organisation):
            return role, organisation
    return Role.USER_ADMINISTRATOR, where


def who_can(role: Role | None, where: Organisation | None, known: Known) -> str:
    """`Dilys Penn of NHS Biscay CCG, as Commissioning Management.`; or that nobody active can."""
    if role is None or where is None:
        return "No organisation is known that could put this right."
    names = known.holders(role, where)
    if not names:
        return f"Nobody active holds {role.label} in {where.name}."
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{listed(names[:3]) if not more else ', '.join(names[:3])}{more} of {where.name}, as {role.label}."
