"""Thames Practice closed on 15 November 2021 and is a member of Humber PCN still: nobody has decided what follows.

Its network waits for November; its Weight Management up to the closing date is entered, and may be declared for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import achievement.commands as achievements
import organisations.commands as organisations
import participation.commands as participation
import submission.commands as submission
from achievement.models import Achievement
from achievement.states import State
from catalogue.models import QualityService
from core.actors import SYSTEM
from core.transitions import Seen
from cqrs_portal.training.acting import acting, organisation
from cqrs_portal.training.events import Event
from cqrs_portal.training.people import ANWEN, AT_HUMBER_PRACTICES, CERYS
from cqrs_portal.training.places import HUMBER, HUMBER_PRACTICES, LISTS_AS_AT, SERVICE_END
from organisations.models import ListKind, Organisation
from participation.models import Participation
from participation.states import State as Offered
from submission.changes import Key
from submission.states import ManualReason

NETWORK_SERVICE, PRACTICE_SERVICE = "PCN-CD-2020-22", "WM-2021-22"
REFERRALS = ("WM", "WM001", "REFERRALS")
LISTS = {"V10130": 8_800, "V10131": 7_900, "V10132": 4_100}
ALLOCATIONS = {"V10130": 20, "V10131": 18, "V10132": 12}

LISTS_TOLD, OFFERED, ANSWERED, APPROVED = date(2021, 1, 20), date(2021, 10, 11), date(2021, 10, 18), date(2021, 10, 20)
STARTS = date(2021, 11, 1)
CLOSED, TOLD, ENTERED = date(2021, 11, 15), date(2021, 11, 22), date(2021, 11, 24)
NOVEMBER, LINES_APPROVED = date(2021, 11, 30), date(2021, 12, 2)
CLOSES = "V10132"


def events() -> Iterator[Event]:
    """What happened, with its days."""
    yield Event(LISTS_TOLD, _set_list_sizes)
    yield Event(OFFERED, _offer)
    yield Event(ANSWERED, _accept)
    yield Event(APPROVED, _approve)
    yield Event(TOLD, _tell_of_closing)
    yield Event(ENTERED, _enter)
    yield Event(LINES_APPROVED, _approve_lines)


def _set_list_sizes() -> None:
    sizes: dict[Organisation | int, Decimal | int | None] = {organisation(code): size for code, size in LISTS.items()}
    organisations.set_list_sizes(ListKind.CRP, LISTS_AS_AT, sizes, by=SYSTEM)


def _service(code: str) -> int:
    return QualityService.objects.get(code=code).pk


def _offer() -> None:
    network, practices = organisation(HUMBER.place.code), [organisation(place.code).pk for place in HUMBER_PRACTICES]
    participation.offer_to_networks(_service(NETWORK_SERVICE), [network.pk], STARTS, SERVICE_END, by=acting(ANWEN))
    participation.offer_to_practices(_service(PRACTICE_SERVICE), practices, STARTS, SERVICE_END, by=acting(ANWEN))


def _accept() -> None:
    for manager in AT_HUMBER_PRACTICES:
        offers = Participation.objects.in_state(Offered.OFFERED).filter(provider__code=manager.organisation)
        participation.accept_offers(_seen(offers), by=acting(manager))


def _approve() -> None:
    accepted = Participation.objects.in_state(Offered.ACCEPTED).filter(provider__code__in=ALLOCATIONS)
    participation.approve_participations(_seen(accepted), by=acting(ANWEN))
    amounts: dict[int, int | None] = {organisation(code).pk: amount for code, amount in ALLOCATIONS.items()}
    participation.set_allocations(_service(PRACTICE_SERVICE), amounts, STARTS, SERVICE_END, by=acting(ANWEN))


def _tell_of_closing() -> None:
    """ODS said so, a week late."""
    Organisation.objects.filter(code=CLOSES).update(close_date=CLOSED)


def _enter() -> None:
    """Its manager gives what was done until the last day, and leaves before it is declared."""
    key = Key(_service(PRACTICE_SERVICE), CLOSED, organisation(CLOSES).pk)
    figures = submission.Figures({REFERRALS: 9}, ManualReason.CANNOT_BE_EXTRACTED)
    manager = next(each for each in AT_HUMBER_PRACTICES if each.organisation == CLOSES)
    submission.submit_achievement_data(key, figures, by=acting(manager))


def _approve_lines() -> None:
    lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(network__code=HUMBER.place.code)
    achievements.approve_achievements(_seen(lines.filter(achievement_date=NOVEMBER)), by=acting(CERYS))


def _seen(rows: object) -> list[Seen]:
    return [Seen(*row) for row in rows.values_list("pk", "version")]  # type: ignore[attr-defined]
