"""Who is to receive a network's money: proposed, and declined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from core.errors import Invalid
from core.texts import REASON_LENGTH
from organisations.commands import Nomination
from organisations.models import Organisation
from ui.fields import DateField, SeenField
from ui.forms import PortalForm, refuse_end_before_start


class PayeesFilter(PortalForm):
    """Which of the networks are listed, kept in the address."""

    text = forms.CharField(label="Org ID or name", required=False, max_length=100)
    pending = forms.ChoiceField(
        label="Proposals", required=False, choices=[("", "All PCNs"), ("1", "Awaiting confirmation")]
    )


class PayeeForm(PortalForm):
    """A payee for a network: one of its members, or another body by its Org ID; from when to when, and why."""

    member = forms.ChoiceField(label="Member practice", required=False)
    payee = forms.CharField(
        label="Or another body: its Org ID", required=False, max_length=12, help_text="Such as a federation. V12345",
        widget=forms.TextInput(attrs={"size": "10"}),
    )  # fmt: skip
    payee_name = forms.CharField(
        label="Name of the body", required=False, max_length=200, help_text="Only if the portal does not know it yet."
    )
    start_date = DateField(label="Start Date", help_text="The first day the money is its. For example, 1 1 2022")
    end_date = DateField(
        label="End Date", required=False, help_text="The last day, included. Leave it empty if no end is known."
    )
    reason = forms.CharField(
        max_length=REASON_LENGTH, strip=True, widget=forms.Textarea, help_text="Whoever confirms it reads it."
    )

    def __init__(self, data: Any, *, members: Sequence[Organisation], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.names = {each.code: str(each) for each in members}
        choices = [("", "Select a member practice"), *self.names.items()]
        self.fields["member"].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def filled(cls, sent: Any, *, members: Sequence[Organisation]) -> PayeeForm:
        """The form as it was sent, to be changed: nothing is judged yet."""
        form = cls(None, members=members)
        form.initial = {name: field.widget.value_from_datadict(sent, {}, name) for name, field in form.fields.items()}
        return form

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("member") and given.get("payee"):
            self.add_error("payee", "Select a member practice or enter another body, not both.")
        if not (given.get("member") or given.get("payee") or "member" in self.errors or "payee" in self.errors):
            self.add_error("member", "Select a member practice, or enter the Org ID of another body.")
        refuse_end_before_start(self)
        return given

    def nomination(self, network: Organisation) -> Nomination:
        given = self.cleaned_data
        code = given["member"] or given["payee"]
        return Nomination(network, code, given["start_date"], given["end_date"], given["payee_name"])

    def payee_words(self) -> str:
        """The payee as the check page names it."""
        given = self.cleaned_data
        if given["member"]:
            return self.names[given["member"]]
        code = given["payee"].upper()
        return f"{given['payee_name']} ({code})" if given["payee_name"] else code

    def as_sent(self) -> list[tuple[str, str]]:
        """What was entered, to be posted along."""
        given = self.cleaned_data
        days = [(name, given[name].isoformat()) for name in ("start_date", "end_date") if given[name]]
        return [*((name, given[name]) for name in ("member", "payee", "payee_name", "reason") if given[name]), *days]

    def refuse(self, refused: Invalid) -> None:
        """Say on its field what the command found."""
        field = refused.field if refused.field in self.fields else "start_date"
        if field == "payee" and self.cleaned_data.get("member"):
            field = "member"
        self.add_error(field, [forms.ValidationError(sentence) for sentence in refused.sentences])


class SettleForm(PortalForm):
    """A proposal as it was seen, and the token of what would follow as it was shown."""

    seen = SeenField()
    foreseen = forms.CharField(required=False)


class DeclineForm(PortalForm):
    """Why a proposal is declined."""

    note = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        strip=True,
        widget=forms.Textarea,
        help_text="Whoever proposed it reads it.",
    )
