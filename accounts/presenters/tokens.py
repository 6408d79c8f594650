"""What the pages about tokens of the API show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from accounts.commands import NewToken
from accounts.models import ApiToken
from accounts.presenters.trail import to_account
from accounts.states import TokenEnd
from core.clock import LONDON
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Table
from ui.wording import long_date, moment

TOKEN_COLUMNS = (
    Column(key="name", label="Name"),
    Column(key="organisation", label="Acts for"),
    Column(key="created", label="Made", kind="date"),
    Column(key="ends", label="Ends, or why it ended", kind="lines"),
    Column(key="last_used", label="Last used"),
    Column(key="revoke", label="Revoke", kind="link"),
)


@dataclass(frozen=True)
class TokenRow:
    """One token; `revoke` leads to the question, and is None for one that has ended."""

    name: str
    organisation: str
    created: date
    ends: Sequence[str]
    last_used: str
    revoke: Link | None


@dataclass(frozen=True, kw_only=True)
class TokensPage(Page):
    """One's tokens of the API (templates/accounts/tokens.jinja)."""

    table: Table
    new_href: str


@dataclass(frozen=True, kw_only=True)
class NewTokenPage(Page):
    """Making a token (templates/accounts/new_token.jinja)."""

    form: PortalForm
    cancel_href: str


@dataclass(frozen=True, kw_only=True)
class TokenMadePage(Page):
    """The token just made, this once (templates/accounts/token_made.jinja)."""

    secret: str
    sentence: str
    tokens_href: str


@dataclass(frozen=True, kw_only=True)
class RevokeTokenPage(Page):
    """Before a token is revoked (templates/accounts/revoke_token.jinja)."""

    confirm: Confirm


def tokens_page(tokens: Sequence[ApiToken]) -> TokensPage:
    table = Table(
        caption="Tokens",
        columns=TOKEN_COLUMNS,
        rows=[_token_row(token) for token in tokens],
        empty="You have made no token yet.",
        noun=("token", "tokens"),
    )
    return TokensPage(
        title="API tokens", caption="", breadcrumb=to_account(), table=table, new_href=reverse("accounts:new_token")
    )


def new_token_page(form: PortalForm) -> NewTokenPage:
    return NewTokenPage(
        title="Make an API token",
        caption="",
        breadcrumb=_tokens(),
        in_error=bool(form.errors),
        form=form,
        cancel_href=reverse("accounts:tokens"),
    )


def token_made_page(made: NewToken) -> TokenMadePage:
    token = made.token
    return TokenMadePage(
        title="Your token",
        subject=token.name,
        caption=token.name,
        breadcrumb=_tokens(),
        secret=made.secret,
        sentence=f"It acts as you for {token.organisation}, until {_day(token.expiry)}.",
        tokens_href=reverse("accounts:tokens"),
    )


def revoke_token_page(token: ApiToken) -> RevokeTokenPage:
    used = f"It was last used on {moment(token.last_used_at)}." if token.last_used_at else "It was never used."
    return RevokeTokenPage(
        title="Revoke this token?",
        subject=token.name,
        caption=token.name,
        breadcrumb=_tokens(),
        confirm=Confirm(
            href=reverse("accounts:revoke_token", args=[token.pk]),
            button="Revoke",
            cancel_href=reverse("accounts:tokens"),
            effects=[f"Whatever uses it for {token.organisation} stops at once.", used],
            style="warning",
        ),
    )


def _token_row(token: ApiToken) -> TokenRow:
    live = not token.ended_at and not token.has_expired
    return TokenRow(
        name=token.name,
        organisation=str(token.organisation),
        created=token.created.astimezone(LONDON).date(),
        ends=_ends(token),
        last_used=moment(token.last_used_at) or "Never",
        revoke=Link(f"Revoke {token.name}", reverse("accounts:revoke_token", args=[token.pk])) if live else None,
    )


def _ends(token: ApiToken) -> list[str]:
    """The day on which it ends; of one that has ended, when and why."""
    if token.ended_at and token.ended_because != TokenEnd.EXPIRED:
        revoked = token.ended_because == TokenEnd.REVOKED
        when = moment(token.ended_at)
        return [f"Revoked on {when}"] if revoked else [f"Ended on {when}", _because(token)]
    return [f"Expired on {_day(token.expiry)}" if token.has_expired else _day(token.expiry)]


def _because(token: ApiToken) -> str:
    return f"Because {token.get_ended_because_display()}"


def in_short(token: ApiToken) -> str:
    """One line for whoever administers its owner: what it is for, and until when, or when and why it ended."""
    return f"{token.name}, for {token.organisation}: {'. '.join(_ends(token))}"


def _day(at: datetime) -> str:
    return long_date(at.astimezone(LONDON).date())


def _tokens() -> list[Link]:
    return [*to_account(), Link("API tokens", reverse("accounts:tokens"))]
