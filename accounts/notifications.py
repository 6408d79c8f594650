"""What people are told about their own account."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import ApiToken, User
from accounts.states import TokenEnd
from core.actors import Actor
from operations.kinds import MailKind
from operations.notifications import Notice
from ui.wording import listed

NAMED = 3
BECAUSE = {
    TokenEnd.EXPIRED: "its time is up",
    TokenEnd.PASSWORD: "your password was replaced",
    TokenEnd.SECOND_FACTOR: "your second factor was reset",
}
"""Why a token ended, as its owner is told, who did not end it."""


def second_factor_reset(user: User, by: Actor) -> Notice:
    """Somebody took a person's second factor away; if the person did not ask for it, they must know."""
    said = {"user": user, "by": by.name}
    return Notice("Your second factor was reset", reverse("account_login"), "emails/second_factor_reset.txt", said)


def tokens_ended(user: User, tokens: Sequence[ApiToken], because: TokenEnd) -> Notice:
    """Tokens of a person ended, and not by their own hand: what used them gets no answer any more.

    That the time of one is up is of a kind, and theirs to choose; the rest concerns the safety of the account.
    """
    names = [token.name for token in tokens]
    which = f"token {listed(names)}" if len(names) == 1 else f"tokens {listed(names)}"
    if len(names) > NAMED:
        which = f"tokens ({len(names)})"
    kind = MailKind.TOKENS if because == TokenEnd.EXPIRED else None
    sentence = f"Your API {which} ended because {BECAUSE[because]}"
    said = {"user": user, "tokens": tokens, "chosen": kind is not None}
    return Notice(sentence, reverse("accounts:tokens"), "emails/tokens_ended.txt", said, kind)
