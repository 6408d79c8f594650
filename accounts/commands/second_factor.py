"""The second factor: taken away from a person whose phone is lost, so that they set up another."""

from __future__ import annotations

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings

from accounts import notifications
from accounts.commands.sessions import end_every_session
from accounts.commands.tokens import end_every_token
from accounts.models import SecondFactorReset, User
from accounts.rules import RESET_SECOND_FACTOR
from accounts.states import TokenEnd
from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted
from core.locking import lock_ids
from operations.notifications import send


@command
def reset_second_factor(user: User, reason: str, *, by: Actor) -> SecondFactorReset:
    """Take a person's authenticator app and recovery codes away, end their sessions and API tokens, and tell them.

    They sign in with their password, and set up another app before anything else where their roles need one. Raises
    NotPermitted for oneself, for whoever does not administer them, or not everywhere that a role of theirs needs one;
    Conflict where there is nothing to reset,
    Invalid without a reason.
    """
    lock_ids(User, [user.pk])
    RESET_SECOND_FACTOR.require(user, by)
    if not reason.strip():
        raise Invalid("Enter reason: how you know that it is them who ask, and what became of the phone.")
    if not Authenticator.objects.filter(user=user).exists():
        raise Conflict(f"{user.name} has no second factor.")
    Authenticator.objects.filter(user=user).delete()
    end_every_session(user.pk)
    end_every_token(user.pk, TokenEnd.SECOND_FACTOR, by=by)
    reset = SecondFactorReset.objects.create(
        user=user, at=instant(), by_id=by.user_id, organisation_id=by.organisation_id, reason=reason.strip()
    )
    notice = notifications.second_factor_reset(user, by)
    send(notice, event=f"second factor reset {reset.pk}", to=user.email)
    return reset


@command
def set_training_second_factor(users: Collection[User], *, by: Actor) -> None:
    """Give invented people an authenticator app, whose code the sign-in page of a training portal shows them.

    Raises NotPermitted outside a training portal.
    """
    if not settings.TRAINING or not by.is_system:
        raise NotPermitted("Only a training portal sets up second factors for its invented people.")
    for user in users:
        TOTP.activate(user, generate_totp_secret())
