"""Joiners and movers: the filters of the list, the offers proposed with their dates, and what is confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from core.transitions import Seen
from participation.commands import JoinerOffer
from participation.queries.joiners import HangingOffer, Joining, MissingOffer
from ui.fields import BOXES, DateField, SeenField
from ui.forms import PortalForm
from ui.wording import long_date

Choices = Sequence[tuple[str, str]]


class JoinersForm(PortalForm):
    """The filters of the list, kept in the address."""

    network = forms.ChoiceField(label="PCN", required=False)
    service = forms.ChoiceField(label="Quality Service", required=False)
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def __init__(self, data: Any, *, networks: Choices, services: Choices) -> None:
        super().__init__(data)
        self.fields["network"].choices = [("", "All"), *networks]  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", "All"), *services]  # type: ignore[attr-defined]

    def asked(self, name: str) -> str:
        """What is asked for; empty where it is not valid, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return str(given.get(name) or "")


@dataclass(frozen=True)
class OfferRow:
    """One service that may be offered: whether it is, and on which days."""

    title: str
    offered: BoundField
    start_date: BoundField
    end_date: BoundField


class ProposalForm(PortalForm):
    """The offers proposed, each with its dates, and the offers that hang; all ticked unless told otherwise.

    `only` is the code of a service: the others are not ticked.
    """

    def __init__(self, data: Any, joinings: Sequence[Joining], hanging: Sequence[HangingOffer], *, only: str) -> None:
        self.joinings, self.hanging = joinings, hanging
        super().__init__(data)
        for joining, missing in self._missing():
            self._add(joining, missing, ticked=only in ("", missing.service.code))
        for each in hanging:
            name, label = f"leave_{each.row.participation_id}", _leaves(each)
            self.fields[name] = forms.BooleanField(label=label, required=False, initial=True)

    def _missing(self) -> Iterator[tuple[Joining, MissingOffer]]:
        yield from ((joining, missing) for joining in self.joinings for missing in joining.missing)

    def _add(self, joining: Joining, missing: MissingOffer, *, ticked: bool) -> None:
        key, service = _key(joining, missing), missing.service
        latest = min(service.end_date, missing.left or service.end_date)
        earliest = max(service.start_date, joining.joined or service.start_date)
        label = f"Offer {service.name} to {joining.practice}"
        limits: dict[str, Any] = {"earliest": earliest, "latest": latest, "required": False}
        self.fields[f"offer_{key}"] = forms.BooleanField(label=label, required=False, initial=ticked)
        self.fields[f"start_{key}"] = DateField(label="Start date", initial=missing.start_date, **limits)
        self.fields[f"end_{key}"] = DateField(
            label="End date", help_text="This day is included.", initial=missing.end_date, **limits
        )

    def clean(self) -> dict[str, Any]:
        for joining, missing in self._missing():
            self._must_have_days(_key(joining, missing))
        if not self.errors and not self.offers() and not self.leaves():
            raise forms.ValidationError("Select at least one offer. Nothing was changed.")
        return self.cleaned_data

    def _must_have_days(self, key: str) -> None:
        if not self.cleaned_data.get(f"offer_{key}"):
            return
        start, end = self.cleaned_data.get(f"start_{key}"), self.cleaned_data.get(f"end_{key}")
        for name, day, word in ((f"start_{key}", start, "start"), (f"end_{key}", end, "end")):
            if day is None and name not in self.errors:
                self.add_error(name, forms.ValidationError(f"Enter {word} date.", params={"boxes": BOXES}))
        if start and end and end < start:
            said = f"End date must be on or after start date, {long_date(start)}: it is {long_date(end)}."
            self.add_error(f"end_{key}", forms.ValidationError(said, params={"boxes": BOXES}))

    def offers(self) -> list[JoinerOffer]:
        """What is ticked, with its days; as proposed, while nothing was sent."""
        return [
            JoinerOffer(joining.network.pk, joining.practice.pk, missing.service.pk, start, end)
            for joining, missing in self._missing()
            if self._value(f"offer_{_key(joining, missing)}")
            and isinstance(start := self._value(f"start_{_key(joining, missing)}"), date)
            and isinstance(end := self._value(f"end_{_key(joining, missing)}"), date)
        ]

    def leaves(self) -> list[Seen]:
        return [each.seen for each in self.hanging if self._value(f"leave_{each.row.participation_id}")]

    def _value(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_bound else self.fields[name].initial

    @property
    def offer_rows(self) -> list[OfferRow]:
        return [
            OfferRow(f"{joining.practice}: {missing.service.name}", *(self[f"{each}_{key}"] for each in _PARTS))
            for joining, missing in self._missing()
            for key in [_key(joining, missing)]
        ]

    @property
    def leave_fields(self) -> list[BoundField]:
        return [self[f"leave_{each.row.participation_id}"] for each in self.hanging]


_PARTS = ("offer", "start", "end")


def _key(joining: Joining, missing: MissingOffer) -> str:
    ids = (joining.network.pk, joining.practice.pk, missing.service.pk)
    return "_".join([*map(str, ids), f"{missing.start_date:%Y%m%d}"])


def _leaves(each: HangingOffer) -> str:
    what = f"the offer of {each.service.name} in {each.former.name}"
    return f"End {what} on {long_date(each.row.last_day)}" if each.row.last_day else f"Cancel {what}"


class OfferField(forms.MultipleChoiceField):
    """Offers to joiners, each "network:practice:service:start:end"; gives a list of JoinerOffer."""

    widget = forms.MultipleHiddenInput
    SHAPE = re.compile(r"([0-9]{1,18}:){3}[0-9]{4}-[0-9]{2}-[0-9]{2}:[0-9]{4}-[0-9]{2}-[0-9]{2}")

    def valid_value(self, value: str) -> bool:
        if not self.SHAPE.fullmatch(value):
            return False
        try:
            return bool(_offer(value))
        except ValueError:
            return False

    def clean(self, value: Any) -> list[JoinerOffer]:
        return [_offer(each) for each in super().clean(value or [])]


class ConfirmForm(PortalForm):
    """What was looked at, sent back to be done: offers, offers that end, and what was foreseen of them."""

    offer = OfferField(required=False)
    leave = SeenField(required=False)
    as_seen = forms.CharField(required=False, widget=forms.HiddenInput)


def hidden_of(offers: Sequence[JoinerOffer], leaves: Sequence[Seen]) -> list[tuple[str, str]]:
    """What a ConfirmForm takes."""
    said = [("offer", ":".join([*map(str, each[:3]), each.start_date.isoformat(), each.end_date.isoformat()]))
            for each in offers]  # fmt: skip
    return [*said, *(("leave", f"{row.id}:{row.version}") for row in leaves)]


def _offer(value: str) -> JoinerOffer:
    network, practice, service, start, end = value.split(":")
    return JoinerOffer(int(network), int(practice), int(service), date.fromisoformat(start), date.fromisoformat(end))
