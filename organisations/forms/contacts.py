"""Whom to speak to at an organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from organisations.commands import Details
from ui.forms import PortalForm


class ContactForm(PortalForm):
    """A contact: name, role, and an e-mail address or phone number at least."""

    name = forms.CharField(max_length=150, strip=True)
    role = forms.CharField(max_length=100, strip=True, help_text="What they do there, such as practice manager.")
    email = forms.EmailField(
        label="E-mail",
        required=False,
        error_messages={"invalid": "E-mail must be an address, such as name@example.nhs.uk."},
    )
    phone = forms.CharField(
        required=False,
        max_length=30,
        validators=[RegexValidator(r"^\+?[0-9 ()]{5,}( ?(ext|x)\.? ?[0-9]+)?$", "Phone must be a number, such as "
                                   "020 7946 0000, with an extension such as ext 12 if there is one.")],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not ({"email", "phone"} & set(self.errors)) and not (given.get("email") or given.get("phone")):
            self.add_error("email", "Enter an e-mail address or a phone number.")
        return given

    def details(self) -> Details:
        given = self.cleaned_data
        return Details(given["name"], given["role"], given["email"], given["phone"])
