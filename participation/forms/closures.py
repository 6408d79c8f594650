"""Practices that closed: the filters of the list, and what is to follow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms

from core.texts import REASON_LENGTH
from organisations.commands import Decision
from organisations.models import Organisation, Succession
from participation.queries.closures import AWAITING, DROPPED, SETTLED, TO_SETTLE
from ui.fields import DateField
from ui.forms import PortalForm

SUCCESSOR, NOBODY = "successor", "nobody"
STATES = (
    ("", "All"),
    (TO_SETTLE, "To settle"),
    (AWAITING, "Awaiting confirmation"),
    (SETTLED, "Settled"),
    (DROPPED, "Its list is nobody's"),
)


class ClosuresForm(PortalForm):
    """The filters of the list, kept in the address."""

    status = forms.ChoiceField(label="Status", required=False, choices=STATES)
    text = forms.CharField(label="Org ID or name", required=False, max_length=100)

    def asked(self, name: str) -> str:
        """What is asked for; empty where it is not valid, and the form says so."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return str(given.get(name) or "")


class ClosureForm(PortalForm):
    """Who follows a practice that closed, and why; with others that closed on the same day, if they merged."""

    also = forms.MultipleChoiceField(
        label="The same for these, which closed on the same day", required=False, widget=forms.CheckboxSelectMultiple
    )
    follows = forms.ChoiceField(
        label="Who follows", widget=forms.RadioSelect,
        choices=((SUCCESSOR, "A practice follows it"), (NOBODY, "Nobody follows it")),
    )  # fmt: skip
    successor = forms.CharField(
        label="Org ID of the practice that follows", required=False, max_length=12, strip=True,
        help_text="For example, A81001. It must be open on the day after the closure.",
    )  # fmt: skip
    takes_list = forms.BooleanField(label="It takes over the list of patients", required=False)
    from_date = DateField(
        label="From", required=False, help_text="Usually the day after the last day. Leave it empty for that day."
    )
    takes_debts = forms.BooleanField(label="It takes over what the closed practice owes", required=False)
    reason = forms.CharField(
        max_length=REASON_LENGTH, strip=True, widget=forms.Textarea, help_text="The practices and the PCN read it."
    )

    def __init__(
        self, data: Any, practice: Organisation, others: Sequence[Organisation], succession: Succession | None
    ) -> None:
        self.practice = practice
        super().__init__(data, initial=_initial(succession) if succession else {"takes_list": True})
        if others:
            self.fields["also"].choices = [(each.code, str(each)) for each in others]  # type: ignore[attr-defined]
        else:
            del self.fields["also"]

    def clean(self) -> dict[str, Any]:
        follows, successor = self.cleaned_data.get("follows"), self.cleaned_data.get("successor")
        if follows == SUCCESSOR and not successor:
            self.add_error("successor", "Enter Org ID of the practice that follows, or choose that nobody does.")
        if follows == NOBODY and successor:
            self.add_error("successor", f"Nobody follows it: leave this empty. It is {successor}.")
        return self.cleaned_data

    def decision(self, replaces: Collection[int]) -> Decision:
        given = self.cleaned_data
        followed = given["follows"] == SUCCESSOR
        return Decision(
            practices=(self.practice.code, *given.get("also", ())),
            successor=given["successor"].upper() if followed else "",
            from_date=given["from_date"],
            takes_list=followed and given["takes_list"],
            takes_debts=followed and given["takes_debts"],
            reason=given["reason"],
            replaces=frozenset(replaces),
        )

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """What the next step posts along."""
        given = self.cleaned_data
        day: date | None = given["from_date"]
        ticked = [(name, "on") for name in ("takes_list", "takes_debts") if given[name]]
        return (
            *(("also", code) for code in given.get("also", ())),
            ("follows", given["follows"]), ("successor", given["successor"]), ("reason", given["reason"]),
            ("from_date", day.isoformat() if day else ""), *ticked,
        )  # fmt: skip

    def refuse(self, sentences: Sequence[str], field: str = "") -> None:
        """Say on the form what the command found."""
        self.add_error(field if field in self.fields else None, [forms.ValidationError(each) for each in sentences])


def _initial(succession: Succession) -> dict[str, Any]:
    follower = succession.successor
    return {
        "follows": SUCCESSOR if follower else NOBODY,
        "successor": follower.code if follower else "",
        "takes_list": succession.takes_list,
        "takes_debts": succession.takes_debts,
        "from_date": succession.start_date,
    }
