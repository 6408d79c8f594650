"""Tokens of the API: made by a person for one of their organisations, used, and ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from accounts import notifications
from accounts.models import ApiToken, ApiTokenQuerySet, User
from accounts.queries import needs_second_factor, organisation_to_act_for
from accounts.rules import Acting
from accounts.states import TokenEnd
from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from core.locking import lock_ids
from operations.notifications import send
from ui.wording import too_long

USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """A token just made. `secret` is what programs send; it is kept nowhere, so this is the only time it is known."""

    token: ApiToken
    secret: str


@command
def create_token(name: str, organisation_id: int, *, by: Actor) -> NewToken:
    """Make a token of the API, with which a program acts as this person for one of their organisations.

    Raises Invalid for a name that is empty, too long, or already that of a live token of theirs; NotVisible for an
    organisation they hold no role in; NotPermitted for the portal itself, and for whoever has not given the second
    factor in this session that their roles need.
    """
    if by.user_id is None:
        raise NotPermitted("A token is a person's.")
    lock_ids(User, [by.user_id])
    user = User.objects.get(pk=by.user_id)
    second_factor = isinstance(by, Acting) and by.second_factor
    if needs_second_factor(user) and not second_factor:
        raise NotPermitted("Your roles need a second factor: sign in with it, then make the token.")
    organisation = organisation_to_act_for(user, organisation_id)
    _refuse_token_name(user, name.strip())
    digest, secret = get_digest_token()
    expiry = instant() + timedelta(days=settings.API_TOKEN_DAYS)
    token = ApiToken.objects.create(
        digest=digest, token_key=secret[: CONSTANTS.TOKEN_KEY_LENGTH], user=user, organisation=organisation,
        name=name.strip(), created=instant(), expiry=expiry, second_factor=second_factor,
    )  # fmt: skip
    return NewToken(token, secret)


@command
def revoke_token(token_id: int, *, by: Actor) -> ApiToken:
    """End one's own token now; it stays listed. Raises NotVisible for another's, Conflict for one that has ended."""
    locked = lock_ids(ApiToken, [token_id])
    token = ApiToken.objects.filter(pk__in=locked, user=by.user_id).first()
    if token is None:
        raise NotVisible("This token is not yours, or it does not exist.")
    if token.ended_at:
        raise Conflict(f"This token has ended already: {token.get_ended_because_display()}.")
    token.ended_at, token.ended_because = instant(), TokenEnd.REVOKED
    token.save(update_fields=["ended_at", "ended_because"])
    return token


@command
def end_every_token(user_id: int, because: TokenEnd, *, by: Actor) -> int:
    """End all of a person's tokens, because what they were made with was replaced, and tell them; how many there were.

    Those whose time was up before have ended with it, noted or not.
    """
    tokens = _locked(ApiToken.objects.live().filter(user=user_id))
    _end(tokens, because)
    if tokens:
        first = tokens[0]
        notice = notifications.tokens_ended(first.user, tokens, because)
        send(notice, event=f"token {first.pk} ended", to=first.user.email)
    return len(tokens)


@command
def end_tokens_that_ran_out(*, by: Actor) -> int:
    """Note the end of tokens whose time is up, and tell their owners, as they chose; how many there were."""
    tokens = _locked(ApiToken.objects.run_out())
    _end(tokens, TokenEnd.EXPIRED)
    for token in tokens:
        notice = notifications.tokens_ended(token.user, [token], TokenEnd.EXPIRED)
        if token.user.is_active:
            send(notice, event=f"token {token.pk} ended", to=token.user.email)
    return len(tokens)


@command
def note_use_of_token(token_id: int, *, by: Actor) -> None:
    """Remember when a token was last used, to the minute: reading the API does not write a row each time."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=instant() - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token_id, user=by.user_id).update(last_used_at=instant())


def _locked(found: ApiTokenQuerySet) -> list[ApiToken]:
    """These, of which nobody has noted the end meanwhile, held until the transaction ends."""
    held = lock_ids(ApiToken, list(found.values_list("pk", flat=True)))
    return list(
        ApiToken.objects.filter(pk__in=held, ended_at=None).select_related("user", "organisation").order_by("pk")
    )


def _end(tokens: Collection[ApiToken], because: TokenEnd) -> None:
    ended_at = F("expiry") if because == TokenEnd.EXPIRED else instant()
    ApiToken.objects.filter(pk__in=[token.pk for token in tokens]).update(ended_at=ended_at, ended_because=because)


def _refuse_token_name(user: User, name: str) -> None:
    longest = ApiToken._meta.get_field("name").max_length or 0
    if not name:
        raise Invalid("Enter name: what the token is for.")
    if len(name) > longest:
        raise Invalid(too_long("Name", longest, len(name)))
    if ApiToken.objects.live().filter(user=user, name=name).exists():
        raise Invalid(f"You have a token named {name} already. Revoke it first, or take another name.")
