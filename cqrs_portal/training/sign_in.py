"""Second factors in training: nobody there has a phone, so the pages that ask for a code show it, filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django import forms
from django.core.cache import cache

from cqrs_portal.sign_in import CodeAgainForm, CodeForm, used_key


class TrainingMixin(forms.Form):
    """Fills in the code that the person's app would show."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = next(self._codes(), "")
        self.fields["code"].initial = code
        self.fields["code"].help_text = f"In training, this is what your phone would show: {code}"

    def _codes(self) -> Iterator[str]:
        found = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()
        codes = codes_of(decrypt(found.data["secret"])) if found else iter(())
        return (code for code in codes if cache.get(used_key(self.user.pk, code)) is None)


class TrainingCodeForm(TrainingMixin, CodeForm):
    """The code at sign-in."""


class TrainingCodeAgainForm(TrainingMixin, CodeAgainForm):
    """The code once more."""


class TrainingSetUpForm(TrainingMixin, ActivateTOTPForm):
    """The first code of a new app."""

    def _codes(self) -> Iterator[str]:
        return codes_of(self.secret)


def codes_of(secret: str) -> Iterator[str]:
    """What an authenticator app shows for a secret now, before and after: whatever the portal takes."""
    counters = list(yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]
    for counter in sorted(counters, key=lambda each: abs(each - now)):
        yield format_hotp_value(hotp_value(secret, counter))
