"""What people fill in about their own account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from core.texts import REASON_LENGTH
from operations.kinds import Frequency, MailKind
from organisations.models import Organisation
from ui.forms import PortalForm, name_field


class ActingOrganisationForm(PortalForm):
    """Which of one's organisations to act for."""

    organisation = forms.TypedChoiceField(label="Organisation to act for", widget=forms.RadioSelect, coerce=int)

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(each.pk, str(each)) for each in organisations]  # type: ignore[attr-defined]


class NewTokenForm(PortalForm):
    """A token of the API: what it is for, and the organisation it acts for."""

    name = forms.CharField(max_length=60, strip=True, help_text="What uses it. For example, monthly figures")
    organisation = forms.TypedChoiceField(label="Organisation it acts for", widget=forms.RadioSelect, coerce=int)

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(each.pk, str(each)) for each in organisations]  # type: ignore[attr-defined]


class PeopleForm(PortalForm):
    """The filter of the list of people."""

    text = forms.CharField(label="Name or email address", required=False, max_length=100)


class ResetForm(PortalForm):
    """Why somebody's second factor is taken away."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea,
        help_text="How you know that it is them who ask, and what became of the phone. It is kept.",
    )


class MailForm(PortalForm):
    """When each kind of e-mail is sent; one field for a kind, named by its place among them."""

    def __init__(self, data: Any, *, choices: Mapping[MailKind, Frequency]) -> None:
        self.kinds = {f"kind_{list(MailKind).index(kind)}": kind for kind in choices}
        super().__init__(data, initial={name: choices[kind].value for name, kind in self.kinds.items()})
        for name, kind in self.kinds.items():
            self.fields[name] = forms.TypedChoiceField(
                label=kind.label, choices=Frequency.choices, widget=forms.RadioSelect, coerce=int
            )
            name_field(self.fields[name], name)

    @property
    def chosen(self) -> dict[MailKind, Frequency]:
        return {kind: Frequency(self.cleaned_data[name]) for name, kind in self.kinds.items()}
