"""How people sign in: allauth, closed to strangers, with a second factor for approvers and administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.sites.shortcuts import get_current_site
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.commands import end_every_token
from accounts.rules import Acting
from accounts.states import TokenEnd
from core import clock
from core.sealing import seal, unseal
from operations.notifications import hand_over_sealed

FACTOR = "second factor"
"""What the secrets of authenticator apps are sealed for."""

WITHOUT_SECOND_FACTOR = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "accounts:set_up_second_factor",
        "mfa_reauthenticate",
    }
)
"""Pages that one may use before giving the second factor that one's roles need."""

WITHOUT_OPEN_ITEMS = WITHOUT_SECOND_FACTOR | {
    "accounts:choose_organisation",
    "accounts:my_account",
    "accounts:session_time",
    "home:help",
}
"""Pages that users of a practice that closed may use when nothing of it is open any more."""


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in, and sets up their first second factor, is not asked for the password again."""
        if app == "allauth.mfa" and just_signed_in(self.request) and not is_mfa_enabled(self.request.user):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def set_password(self, user: Any, password: str) -> None:
        """With another password, what the old one opened is closed: tokens as well as the other sessions."""
        super().set_password(user, password)
        end_every_token(user.pk, TokenEnd.PASSWORD, by=Acting(user, None))

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """From the outbox, as all e-mail: who asks is answered the same, whether the mail server is there or not.
        What it says may open the account, so it waits there sealed."""
        said = {"request": self.request, "email": email, "current_site": get_current_site(self.request), **context}
        message = self.render_mail(template_prefix, email, said)
        hand_over_sealed(message.subject, message.body, to=email)


def gave_second_factor(request: HttpRequest) -> bool:
    """Whether a code, or a recovery code, was given in this session."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def just_signed_in(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    age = clock.machine_moment().timestamp() - records[-1]["at"] if records else None
    return age is not None and age < app_settings.REAUTHENTICATION_TIMEOUT


def second_factor_page(request: HttpRequest) -> str:
    """Where a second factor is given: set up where there is none, or else the page that asks for the code."""
    if not is_mfa_enabled(request.user):
        return reverse("accounts:set_up_second_factor")
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': reverse('accounts:go_on')})}"


class MFAAdapter(DefaultMFAAdapter):
    """The second factor in the portal's words; its secrets are kept encrypted, so that a copy of the database opens
    nothing. SECRET_KEY is the key; older ones in SECRET_KEY_FALLBACKS still read."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Enter the code that the app shows now: this one is wrong, or was used before."
    }

    def encrypt(self, text: str) -> str:
        return seal(text, FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, FACTOR)


class OnceForm(BaseAuthenticateForm):
    """A code counts once for as long as it is valid; allauth by itself forgets after half a minute that it was used."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        valid_for = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
        if not cache.add(used_key(self.user.pk, code), "y", timeout=valid_for):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceForm, AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(OnceForm, ReauthenticateForm):
    """The code once more, before something that matters."""


def used_key(user_id: int, code: str) -> str:
    """Under which name the cache remembers that somebody used a code."""
    return f"second-factor-used:{user_id}:{''.join(filter(str.isalnum, code))}"
