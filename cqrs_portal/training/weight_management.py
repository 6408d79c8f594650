"""Weight Management 2021/22: offered to every practice, answered, approved, with an allocation each (story A)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from django.conf import settings

import catalogue.commands as catalogue
import participation.commands as participation
from catalogue.models import QualityService, ServiceVersion
from core.transitions import Seen
from cqrs_portal.training.acting import acting, organisation
from cqrs_portal.training.events import Event
from cqrs_portal.training.people import AT_PRACTICES, DILYS, KEZIA, NADIA, OWEN, Person
from cqrs_portal.training.places import BISCAY, PRACTICES, VIKING, parent_of
from participation.models import Participation
from participation.states import State

CODE, DEFINITION = "WM-2021-22", "weight-management-2021-22.yaml"
DRAFTED, RELEASED = date(2021, 6, 10), date(2021, 6, 11)
OFFERED, ANSWERED, APPROVED, RESPOND_BY = date(2021, 6, 14), date(2021, 6, 21), date(2021, 6, 25), date(2021, 7, 31)
STARTS, ENDS = date(2021, 7, 1), date(2022, 3, 31)
OFFERED_BY = {BISCAY.code: DILYS, VIKING.code: KEZIA}

ALLOCATIONS = {
    "V37647": 30, "V66334": 40, "V89123": 20,
    "V36546": 22, "V74553": 28, "V48832": 16, "V97222": 20, "V05387": 24, "V84552": 18, "V91037": 12,
    "V10110": 25, "V10111": 20, "V10112": 18, "V10120": 23, "V10121": 16,
}  # fmt: skip


def events() -> Iterator[Event]:
    """What happened, with its days."""
    yield Event(DRAFTED, _propose_definition)
    yield Event(RELEASED, _confirm_definition)
    for commissioner, person in OFFERED_BY.items():
        yield Event(OFFERED, partial(_offer, commissioner, person))
    yield from (Event(ANSWERED, partial(_accept, manager)) for manager in AT_PRACTICES)
    for commissioner, person in OFFERED_BY.items():
        yield Event(APPROVED, partial(_approve, commissioner, person))


def _service() -> QualityService:
    return QualityService.objects.get(code=CODE)


def _practices_under(commissioner: str) -> dict[str, int]:
    """Org ID -> id of the practices whose parent this is."""
    codes = [place.code for place in PRACTICES if parent_of(place).code == commissioner]
    return {code: organisation(code).pk for code in codes}


def _propose_definition() -> None:
    source = Path(settings.BASE_DIR) / "catalogue" / "definitions" / DEFINITION
    loaded = catalogue.load_definition(source, by=acting(NADIA))
    catalogue.propose_release(loaded.version_id, by=acting(NADIA))


def _confirm_definition() -> None:
    catalogue.confirm_release(ServiceVersion.objects.get(service__code=CODE).pk, by=acting(OWEN))


def _offer(commissioner: str, person: Person) -> None:
    practices = _practices_under(commissioner).values()
    participation.offer_to_practices(
        _service().pk, list(practices), STARTS, ENDS, by=acting(person), respond_by=RESPOND_BY
    )


def _accept(manager: Person) -> None:
    offers = Participation.objects.in_state(State.OFFERED).filter(provider__code=manager.organisation)
    participation.accept_offers(_seen(offers.filter(service__code=CODE)), by=acting(manager))


def _approve(commissioner: str, person: Person) -> None:
    accepted = Participation.objects.in_state(State.ACCEPTED).filter(commissioner__code=commissioner)
    participation.approve_participations(_seen(accepted.filter(service__code=CODE)), by=acting(person))
    amounts: dict[int, int | None] = {pk: ALLOCATIONS[code] for code, pk in _practices_under(commissioner).items()}
    participation.set_allocations(_service().pk, amounts, STARTS, ENDS, by=acting(person))


def _seen(rows: object) -> list[Seen]:
    return [Seen(*row) for row in rows.values_list("pk", "version")]  # type: ignore[attr-defined]
