"""Service definitions are loaded as drafts, released by one person and confirmed by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from catalogue.changes import ServiceVersionReleased
from catalogue.formats import (
    Definition,
    DefinitionRefused,
    check_golden_cases,
    definition_from,
    read_definition,
    unknown_figures,
)
from catalogue.models import AchievementDate, Aggregates, QualityService, ServiceVersion, ServiceVersionChange
from catalogue.rules import may_load_definitions
from catalogue.states import CONFIRM_RELEASE, LOADED, PROPOSE_RELEASE, SUPERSEDE
from core.actors import SYSTEM, Actor
from core.changes import Effect, publish
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from core.transitions import Transition


@dataclass(frozen=True)
class Loaded:
    """What a load did: the draft, whether it is new, and the paths of figures nobody could source."""

    service_id: int
    version_id: int
    number: int
    is_new: bool
    unknown_figures: Sequence[str]


@dataclass(frozen=True)
class Released:
    """A version that now holds, and what followed from it."""

    service_id: int
    version_id: int
    effects: Sequence[Effect]


@command
def load_definition(source: Path | str, *, by: Actor) -> Loaded:
    """Take a definition in, from a file or from YAML text, as a draft: the service's next version.

    The content of the latest version again changes nothing. Raises Invalid with every path, value and rule that is
    wrong; NotPermitted without the role Service Release.
    """
    if not may_load_definitions(by):
        raise NotPermitted("You need the role Service Release to load a service definition.")
    definition = _read(source)
    service = _locked_service(definition)
    latest = service.versions.order_by("-number").first()
    if latest and latest.digest == definition.digest:
        return _loaded(latest, is_new=False)
    draft = _draft(service, latest.number + 1 if latest else 1, definition)
    _log_load(draft, by)
    return _loaded(draft, is_new=True)


@command
def propose_release(version_id: int, *, by: Actor) -> None:
    """Release a draft; it holds once another person has confirmed it.

    Raises Invalid while a golden case fails, NotPermitted with the refusals, Conflict when it is no longer a draft.
    """
    version = _version(version_id)
    PROPOSE_RELEASE.rule.require(version, by)
    _require_golden_cases(version)
    _move(PROPOSE_RELEASE, version, by, {"released_by_id": by.user_id})


@command
def confirm_release(version_id: int, *, by: Actor) -> Released:
    """Confirm what another person released: it holds from now on, and the version before is superseded.

    The service takes its facts and achievement dates from it. Raises as `propose_release` does.
    """
    version = _version(version_id)
    lock_ids(QualityService, [version.service_id])
    CONFIRM_RELEASE.rule.require(version, by)
    _require_golden_cases(version)
    SUPERSEDE.apply(ServiceVersion.objects.released().filter(service=version.service_id), by=SYSTEM)
    _move(CONFIRM_RELEASE, version, by, {"confirmed_by_id": by.user_id, "released_at": instant()})
    _take_facts(version.service_id, definition_from(version.definition))
    effects = publish(ServiceVersionReleased(by, version.service_id))
    return Released(version.service_id, version.pk, effects)


def _read(source: Path | str) -> Definition:
    try:
        return read_definition(source)
    except DefinitionRefused as refused:
        raise Invalid(*(f"{problem}." for problem in refused.problems)) from refused


def _locked_service(definition: Definition) -> QualityService:
    """The service of this code, made if it is new; its facts change when a version is released."""
    service, _ = QualityService.objects.get_or_create(code=definition.code, defaults=_facts(definition))
    lock_ids(QualityService, [service.pk])
    return service


def _facts(definition: Definition) -> dict[str, Any]:
    """The columns of a service, from its definition."""
    expected = {"expected": definition.expected_members.replace("_", " ")} if definition.expected_members else {}
    return {
        "name": definition.name,
        "short_name": definition.short_name,
        "payment_type": definition.payment_type,
        "start_date": definition.start_date,
        "end_date": definition.end_date,
        "paid_to": definition.paid_to,
        "aggregates": Aggregates.NOTHING if definition.aggregates == "nothing" else definition.aggregates,
        "no_declaration_required": definition.no_declaration_required,
        "no_approval_required": definition.no_approval_required,
        **expected,
    }


def _draft(service: QualityService, number: int, definition: Definition) -> ServiceVersion:
    return ServiceVersion.objects.create(
        service=service,
        number=number,
        state=LOADED.target,
        definition=definition.content,
        digest=definition.digest,
        unknown_figures=unknown_figures(definition),
        loaded_at=instant(),
    )


def _log_load(draft: ServiceVersion, by: Actor) -> None:
    ServiceVersionChange.objects.create(
        row=draft,
        at=instant(),
        by_id=by.user_id,
        organisation_id=by.organisation_id,
        transition=LOADED.name,
        from_state=None,
        to_state=LOADED.target,
        version=draft.version,
    )


def _loaded(version: ServiceVersion, *, is_new: bool) -> Loaded:
    return Loaded(version.service_id, version.pk, version.number, is_new, tuple(version.unknown_figures))


def _version(version_id: int) -> ServiceVersion:
    version = ServiceVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise NotVisible("This version of a service definition does not exist.")
    return version


def _require_golden_cases(version: ServiceVersion) -> None:
    failures = check_golden_cases(definition_from(version.definition))
    if failures:
        raise Invalid(*(f"The golden case “{failed.case}” does not come out: {failed.reason}" for failed in failures))


def _move(transition: Transition, version: ServiceVersion, by: Actor, values: dict[str, Any]) -> None:
    """Two people stand behind a release, so the portal itself, which nothing else refuses, is refused here."""
    if by.user_id is None:
        raise NotPermitted("A service definition is released by one person and confirmed by another.")
    moved = transition.apply(ServiceVersion.objects.filter(pk=version.pk), by=by, values=values)
    if not moved:
        raise Conflict(*(reason for refused in moved.refused for reason in refused.reasons))


def _take_facts(service_id: int, definition: Definition) -> None:
    """Give the service the facts of its released version, and its achievement dates."""
    QualityService.objects.filter(pk=service_id).update(**_facts(definition))
    AchievementDate.objects.filter(service=service_id).delete()
    AchievementDate.objects.bulk_create(_dates(service_id, definition))


def _dates(service_id: int, definition: Definition) -> list[AchievementDate]:
    return [
        AchievementDate(
            service_id=service_id,
            date=each.date,
            is_payment_date=each.payment_date,
            period_start=start,
            period_end=last,
        )
        for each in definition.achievement_dates
        for start, last in [_period(definition, each.date)]
    ]


def _period(definition: Definition, achievement_date: date) -> tuple[date, date]:
    """The first and last day of the payment period that an achievement date is in."""
    days = definition.period_of(achievement_date)
    return days.start or definition.start_date, days.last or definition.end_date
