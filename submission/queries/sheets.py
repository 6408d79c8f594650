"""All that one provider gives for one service and date, field by field: what counts and what is in progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from catalogue.formats import Definition, Field, Group, Indicator
from catalogue.queries import definition_of
from core import clock
from core.actors import Actor
from core.errors import NotVisible
from organisations.models import Kind, Organisation
from submission.changes import Key
from submission.formats import Path, Value, worded
from submission.models import DraftValue, IndicatorValue, Submission
from submission.queries.values import SubmittedValue, values_of
from submission.rules import visible_to


class Draft(NamedTuple):
    """A value in progress: what it is, how often it was changed, by whom last and when."""

    value: Value
    version: int
    by: str
    saved_at: datetime


@dataclass(frozen=True)
class Line:
    """One field that the provider gives: what counts, and what is in progress. `label` names it in sentences."""

    path: Path
    label: str
    indicator: Indicator | None
    field: Field
    current: SubmittedValue | None
    current_by: str
    draft: Draft | None

    @property
    def is_management_information(self) -> bool:
        return self.indicator is not None and self.indicator.kind == "management_information"

    @property
    def standing(self) -> Value | None:
        """What would count if it were submitted now."""
        if self.draft:
            return self.draft.value
        return self.current.value if self.current else None

    @property
    def is_changed(self) -> bool:
        return self.draft is not None and (self.current is None or self.current.value != self.draft.value)

    @property
    def updated_at(self) -> datetime | None:
        """When it was last saved or submitted."""
        saved = [self.draft.saved_at] if self.draft else []
        return max([*saved, *([self.current.submitted_at] if self.current else [])], default=None)

    @property
    def updated_by(self) -> str:
        return self.draft.by if self.draft else self.current_by

    def says(self, value: Value | None) -> str:
        return worded(self.field.kind, value)


class Glimpse(NamedTuple):
    """How a field looked to whoever typed: the value in the box (None: empty), and the versions behind it.

    `draft` is the version of the value in progress, `value` the id of the value that counted; 0 for none.
    """

    in_box: Value | None
    draft: int
    value: int


def glimpse_of(line: Line) -> Glimpse:
    """How a field looks now."""
    draft, current = line.draft, line.current
    return Glimpse(draft.value if draft else None, draft.version if draft else 0, current.id if current else 0)


@dataclass(frozen=True)
class GroupSheet:
    """One indicator group with the fields the provider gives."""

    group: Group
    lines: tuple[Line, ...]

    @property
    def status(self) -> str:
        """As the task list says it: `1 in progress`, `2 of 2 submitted`, `Not started`."""
        in_progress = sum(line.draft is not None for line in self.lines)
        submitted = sum(line.current is not None for line in self.lines)
        if in_progress:
            return f"{in_progress:,} in progress"
        return f"{submitted} of {len(self.lines)} submitted" if submitted else "Not started"

    @property
    def last(self) -> Line | None:
        """The field that was saved or submitted last."""
        touched = [(line.updated_at, at) for at, line in enumerate(self.lines) if line.updated_at]
        return self.lines[max(touched)[1]] if touched else None


@dataclass(frozen=True)
class Sheet:
    """A submission with its definition and every field of it."""

    submission: Submission
    definition: Definition
    groups: tuple[GroupSheet, ...]

    @cached_property
    def lines(self) -> dict[Path, Line]:
        return {line.path: line for group in self.groups for line in group.lines}

    @property
    def has_drafts(self) -> bool:
        return any(line.draft for line in self.lines.values())

    @property
    def is_payment_date(self) -> bool:
        return self.definition.pays_on(self.submission.achievement_date, self.submission.provider.close_date)

    def with_typed(self, typed: Mapping[Path, Value | None]) -> Sheet:
        """The sheet as it would stand if these values were saved."""
        return replace(self, groups=tuple(GroupSheet(each.group, _typed(each.lines, typed)) for each in self.groups))

    def group(self, code: str) -> GroupSheet:
        """One group by its code; NotVisible where there is none for this provider."""
        found = next((each for each in self.groups if each.group.code == code), None)
        if found is None:
            raise NotVisible("This indicator group does not exist, or this provider gives nothing in it.")
        return found


def _typed(lines: Sequence[Line], typed: Mapping[Path, Value | None]) -> tuple[Line, ...]:
    drafts = {path: None if value is None else Draft(value, 0, "", clock.now()) for path, value in typed.items()}
    return tuple(replace(line, draft=drafts.get(line.path, line.draft)) for line in lines)


def submission_seen(by: Actor, service_code: str, day: date, provider_code: str) -> Submission:
    """The submission at an address, where somebody may see it; NotVisible otherwise."""
    rows = Submission.objects.filter(visible_to(by)).select_related("service", "provider", "commissioner", "network")
    found = rows.filter(service__code=service_code, achievement_date=day, provider__code=provider_code).first()
    if found is None:
        raise NotVisible("You may not be able to see these figures, or nobody has begun to enter any.")
    return found


def sheet_of(submission: Submission) -> Sheet:
    """Every field of a submission; three queries, whatever its size."""
    definition = definition_of(submission.service_id)
    current = values_of(*submission.key)
    drafts = _drafts(submission)
    names = _submitted_by(current)
    groups = [
        GroupSheet(
            group, tuple(_line(path, indicator, field, current, names, drafts) for path, indicator, field in own)
        )
        for group in definition.indicator_groups
        if (own := list(fields_given(group, submission.provider)))
    ]
    return Sheet(submission, definition, tuple(_labelled(groups)))


def sheet_of_key(key: Key) -> Sheet | None:
    """The same by key; None where nobody has begun."""
    rows = Submission.objects.select_related("service", "provider", "commissioner", "network")
    found = rows.filter(service=key.service_id, achievement_date=key.achievement_date, provider=key.provider_id).first()
    return sheet_of(found) if found else None


def fields_given(group: Group, provider: Organisation) -> Iterator[tuple[Path, Indicator | None, Field]]:
    """The fields of a group that a provider of this kind gives: a network those entered at its level, a practice the
    others; a group's own fields go with its indicators."""
    at_network = provider.kind == Kind.NETWORK
    own = [each for each in group.indicators if (each.level_of_entry == "network") == at_network]
    if own or not (at_network or group.indicators):
        yield from (((group.code, field.code), None, field) for field in group.fields)
    for indicator in own:
        yield from (((group.code, indicator.code, field.code), indicator, field) for field in indicator.fields)


def takes_figures(definition: Definition, provider: Organisation) -> bool:
    """Whether a provider of this kind gives any figures for a service."""
    return any(True for group in definition.indicator_groups for _ in fields_given(group, provider))


def _drafts(submission: Submission) -> dict[Path, Draft]:
    rows = DraftValue.objects.filter(submission=submission).select_related("by")
    return {
        tuple(row.path): Draft(row.value, row.version, row.by.name if row.by else "CQRS Portal", row.saved_at)
        for row in rows
    }


def _submitted_by(current: Mapping[Path, SubmittedValue]) -> dict[int, str]:
    """Value id -> who submitted it."""
    rows = IndicatorValue.objects.filter(pk__in=[each.id for each in current.values()], by__isnull=False)
    return dict(rows.values_list("pk", "by__name"))


def _line(
    path: Path,
    indicator: Indicator | None,
    field: Field,
    current: Mapping[Path, SubmittedValue],
    names: Mapping[int, str],
    drafts: Mapping[Path, Draft],
) -> Line:
    value = current.get(path)
    by = names.get(value.id, "CQRS Portal") if value else ""
    return Line(path, field.name, indicator, field, value, by, drafts.get(path))


def _labelled(groups: list[GroupSheet]) -> Iterator[GroupSheet]:
    """Fields whose name stands more than once are named with their indicator, or their group."""
    times = Counter(line.label for group in groups for line in group.lines)
    for group in groups:
        yield GroupSheet(group.group, tuple(_named(line, group.group, times[line.label] > 1) for line in group.lines))


def _named(line: Line, group: Group, shared: bool) -> Line:
    if not shared:
        return line
    of = line.indicator.name if line.indicator else group.name
    return Line(line.path, f"{of}: {line.label}", line.indicator, line.field, line.current, line.current_by, line.draft)
