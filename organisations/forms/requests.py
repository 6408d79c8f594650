"""What ODS is asked, and what it answered."""

from __future__ import annotations

from django import forms

from core.texts import REQUEST_LENGTH
from ui.fields import SeenField
from ui.forms import PortalForm


class AskForm(PortalForm):
    """The text of a request; a link may have filled it in."""

    text = forms.CharField(
        label="Request", max_length=REQUEST_LENGTH, strip=True, widget=forms.Textarea,
        help_text="What is wrong, and what should be so from which day. Send it to ODS too: the portal keeps track.",
    )  # fmt: skip
    practice = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)


class AnswerForm(PortalForm):
    """What ODS answered to a request, as it was seen."""

    answer = forms.CharField(max_length=REQUEST_LENGTH, strip=True, widget=forms.Textarea)
    seen = SeenField()


class CloseForm(PortalForm):
    """A request, as it was seen."""

    seen = SeenField()
