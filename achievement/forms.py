"""What people send: filters in the address, and acts on rows as they saw them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from achievement.queries import adjustments
from achievement.queries.causes import Cause
from achievement.queries.causes import Filters as WaitingFilters
from achievement.queries.declarations import ToDeclare
from achievement.queries.lists import Filters
from achievement.queries.nil import NilFilters
from achievement.states import NilState, State
from core.dates import FinancialYear
from core.texts import NOTE_LENGTH, REASON_LENGTH, as_text
from core.transitions import Seen
from ui.fields import SeenField
from ui.forms import PortalForm
from ui.wording import long_date, month

LISTED = (
    State.AWAITING_COMMISSIONER,
    State.HELD,
    State.AWAITING_NETWORK,
    State.AWAITING_FINANCE,
    State.AGGREGATED,
    State.AGGREGATED_COMPLETE,
    State.FINANCE_APPROVED,
)
STATUSES = [(state.value, state.label) for state in LISTED]
MOST_DAYS = 10_000
NOTE_NAME = re.compile(r"note_[0-9]{1,18}")
"""The box of one row's note."""


class ListForm(PortalForm):
    """The filters of Declaration Management, kept in the address."""

    status = forms.ChoiceField(choices=STATUSES, required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)
    network = forms.ChoiceField(label="Network", required=False)
    period = forms.ChoiceField(label="Payment Period", required=False)
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def __init__(
        self,
        data: Any,
        *,
        default: State | None,
        services: list[tuple[int, str]],
        networks: list[tuple[int, str]],
        dates: list[datetime.date],
        closings: Sequence[datetime.date] = (),
    ) -> None:
        super().__init__({**data.dict(), "status": data.get("status") or (default.value if default else "")})
        if default is None:
            self.fields["status"].choices = [("", "All"), *State.choices]  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", "All"), *services]  # type: ignore[attr-defined]
        self.fields["network"].choices = [("", "All"), *networks]  # type: ignore[attr-defined]
        self.fields["period"].choices = [("", "All"), *_periods(dates, closings)]  # type: ignore[attr-defined]

    def filters(self, default: State | None, *, commissioner_id: int | None = None) -> Filters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(
            state=State(int(given["status"])) if given.get("status") else default,
            commissioner_id=commissioner_id,
            service_id=int(given["service"]) if given.get("service") else None,
            network_id=int(given["network"]) if given.get("network") else None,
            achievement_date=datetime.date.fromisoformat(given["period"]) if given.get("period") else None,
            text=given.get("text", ""),
        )


def _periods(dates: list[datetime.date], closings: Sequence[datetime.date]) -> list[tuple[str, str]]:
    """Payment dates by their month, and the closing dates that stand in for one, latest first."""
    named = [(day, month(day)) for day in dates] + [(day, f"Closed on {long_date(day)}") for day in closings]
    return [(day.isoformat(), label) for day, label in sorted(named, reverse=True)]


class ActForm(PortalForm):
    """An act on rows: those ticked, or everything that matched (a signed token)."""

    action = forms.CharField(widget=forms.HiddenInput)
    seen = SeenField(required=False)
    all_matching = forms.CharField(required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    back = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("seen") and not cleaned.get("all_matching"):
            raise forms.ValidationError("Select at least one row first. Nothing was changed.")
        return cleaned


class DeclareForm(PortalForm):
    """Rows ticked as they were seen; each with its note, and the version of the declaration text that was read.

    `kept` are notes that were typed before and not used yet: row id -> note.
    """

    seen = SeenField(required=False, error_messages={"required": ""})
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, kept: Mapping[int, str] | None = None) -> None:
        super().__init__(data)
        self.kept = kept or {}

    def clean_seen(self) -> list[Seen]:
        seen: list[Seen] = self.cleaned_data["seen"]
        if not seen:
            raise forms.ValidationError("Select at least one achievement first. Nothing was declared.")
        return seen

    def clean(self) -> dict[str, Any]:
        if self.too_long:
            self.add_error(None, f"A note must be {NOTE_LENGTH} characters or fewer. Nothing was declared.")
        return self.cleaned_data

    @property
    def too_long(self) -> dict[int, int]:
        """Row id -> of how many characters its note is, of rows ticked whose note is too long."""
        lengths = {row.id: len(self._note(row.id)) for row in self._seen()}
        return {id: length for id, length in lengths.items() if length > NOTE_LENGTH}

    @property
    def ticked(self) -> frozenset[str]:
        """The rows ticked, each as it was seen; one that has changed since is to be looked at and ticked anew."""
        return frozenset(f"{row.id}:{row.version}" for row in self._seen())

    def note(self, id: int) -> str:
        """What stands in the box of a row, as it was typed: now, or before."""
        return as_text(self.data.get(f"note_{id}", self.kept.get(id, "")))

    def _seen(self) -> list[Seen]:
        return self.cleaned_data.get("seen", []) if self.is_bound else []

    def chosen(self) -> list[ToDeclare]:
        """What is declared."""
        return [ToDeclare(row, self._read(row.id), self._note(row.id)) for row in self.cleaned_data["seen"]]

    def _read(self, id: int) -> int | None:
        text = self.data.get(f"read_{id}", "")
        return int(text) if text.isdecimal() and len(text) < 5 else None

    def _note(self, id: int) -> str:
        return " ".join(self.note(id).split())


def notes_in(data: Mapping[str, Any]) -> dict[int, str]:
    """Row id -> what was sent of its box, of every row that has one, ticked or not."""
    names = [name for name in data if NOTE_NAME.fullmatch(name)]
    return {int(name.removeprefix("note_")): as_text(data[name]) for name in names}


class ReasonForm(PortalForm):
    """Why; whoever acts next reads it."""

    reason = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        widget=forms.Textarea,
        help_text="Whoever acts next reads it.",
        strip=True,
    )


class NilReasonForm(PortalForm):
    """Why a line is settled as nil, or why it is not; `who_reads_it` stands under the box."""

    reason = forms.CharField(label="Reason", max_length=REASON_LENGTH, widget=forms.Textarea, strip=True)

    def __init__(self, data: Any, *, who_reads_it: str, reason: str = "") -> None:
        super().__init__(data, initial={"reason": reason[:REASON_LENGTH]})
        self.fields["reason"].help_text = who_reads_it


class NilListForm(PortalForm):
    """The filters of *Nil settlements*, kept in the address."""

    status = forms.ChoiceField(required=False, choices=[("", "All"), *NilState.choices])
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def filters(self) -> NilFilters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        status = given.get("status")
        return NilFilters(NilState(int(status)) if status else None, given.get("text", ""))


class NetworkListForm(PortalForm):
    """The filters of Network Declaration Management: year, service and achievement date."""

    year = forms.ChoiceField(label="Financial Year", required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)
    date = forms.ChoiceField(label="Achievement Date", required=False)

    def __init__(
        self, data: Any, *, years: list[tuple[str, str]], services: list[tuple[str, str]], dates: list[datetime.date]
    ) -> None:
        super().__init__(data)
        self.fields["year"].choices = years  # type: ignore[attr-defined]
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        self.fields["date"].choices = [(day.isoformat(), long_date(day)) for day in dates]  # type: ignore[attr-defined]


class WaitingForm(PortalForm):
    """The filters of *Networks waiting*, kept in the address."""

    cause = forms.ChoiceField(required=False, choices=[("", "All"), *Cause.choices])
    service = forms.ChoiceField(label="Quality Service", required=False)
    year = forms.ChoiceField(label="Financial Year", required=False)
    commissioner = forms.ChoiceField(label="Commissioning Organisation", required=False)
    days = forms.IntegerField(label="Days, at least", required=False, min_value=0, max_value=MOST_DAYS)
    pounds = forms.DecimalField(
        label="Approved and held, at least (£)", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def __init__(
        self,
        data: Any,
        *,
        services: list[tuple[int, str]],
        years: list[str],
        commissioners: list[tuple[int, str]],
        pounds: bool,
    ) -> None:
        """Who leads is asked where there are several; pounds, of whoever sees them."""
        super().__init__(data)
        self.fields["service"].choices = [("", "All"), *services]  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", "All"), *((year, year) for year in years)]  # type: ignore[attr-defined]
        self.fields["commissioner"].choices = [("", "All"), *commissioners]  # type: ignore[attr-defined]
        unasked = [*(["commissioner"] if len(commissioners) < 2 else []), *([] if pounds else ["pounds"])]
        for name in unasked:
            del self.fields[name]

    def filters(self) -> WaitingFilters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return WaitingFilters(
            cause=Cause(int(given["cause"])) if given.get("cause") else None,
            service_id=int(given["service"]) if given.get("service") else None,
            text=given.get("text", ""),
            year=FinancialYear.named(given["year"]) if given.get("year") else None,
            days=given.get("days"),
            pounds=given.get("pounds"),
            commissioner_id=int(given["commissioner"]) if given.get("commissioner") else None,
        )


class ToBeAdjustedForm(PortalForm):
    """The filters of *To be adjusted*, kept in the address."""

    year = forms.ChoiceField(label="Financial Year", required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)
    network = forms.ChoiceField(label="PCN", required=False)
    commissioner = forms.ChoiceField(label="Commissioning Organisation", required=False)
    direction = forms.ChoiceField(
        label="Difference",
        required=False,
        choices=[("", "All"), (adjustments.MORE, "More is due"), (adjustments.LESS, "Less is due")],
    )
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def __init__(self, data: Any, choices: adjustments.Choices, *, pounds: bool) -> None:
        """Who leads is asked where there are several; which way, of whoever sees pounds."""
        super().__init__(data)
        years = [(str(year), str(year)) for year in choices.years]
        self.fields["year"].choices = [("", "All"), *years]  # type: ignore[attr-defined]
        for name, offered in (
            ("service", choices.services),
            ("network", choices.networks),
            ("commissioner", choices.commissioners),
        ):
            self.fields[name].choices = [("", "All"), *offered]  # type: ignore[attr-defined]
        unasked = [*(["commissioner"] if len(choices.commissioners) < 2 else []), *([] if pounds else ["direction"])]
        for name in unasked:
            del self.fields[name]

    def filters(self) -> adjustments.Filters:
        """What is asked for; what is not valid is left out, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        ids = {f"{name}_id": int(given[name]) for name in ("service", "network", "commissioner") if given.get(name)}
        return adjustments.Filters(
            year=FinancialYear.named(given["year"]) if given.get("year") else None,
            direction=given.get("direction", ""),
            text=given.get("text", ""),
            **ids,
        )
