"""What the pages about one's sessions show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.presenters.trail import HOME, to_account
from accounts.queries import SignedIn
from ui.components import Confirm
from ui.frame import Link, Page
from ui.kept_posts import KeptPost
from ui.tables import Column, Table
from ui.wording import moment

COLUMNS = (
    Column(key="browser", label="Browser"),
    Column(key="status", label="Status"),
    Column(key="since", label="Signed in", kind="moment"),
    Column(key="seen", label="Last seen", kind="moment"),
    Column(key="address", label="Address", kind="code"),
    Column(key="end", label="End", kind="link"),
)

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class SessionRow:
    """One session; `end` leads to the question, and is None for this one: it has *Sign out*."""

    browser: str
    status: str
    since: datetime
    seen: datetime
    address: str
    end: Link | None


@dataclass(frozen=True, kw_only=True)
class SessionsPage(Page):
    """Where one is signed in (templates/accounts/sessions.jinja)."""

    idle_minutes: int
    table: Table
    others: int


@dataclass(frozen=True, kw_only=True)
class EndSessionPage(Page):
    """Before a session is ended (templates/accounts/end_session.jinja)."""

    confirm: Confirm


@dataclass(frozen=True, kw_only=True)
class KeptPage(Page):
    """What was sent after a session had ended (templates/accounts/kept.jinja)."""

    kept: KeptPost


def sessions_page(found: Sequence[SignedIn], here: str) -> SessionsPage:
    table = Table(
        caption="Your sessions",
        columns=COLUMNS,
        rows=[_row(each, each.key == here) for each in found],
        noun=("session", "sessions"),
    )
    return SessionsPage(
        title="Where you are signed in",
        caption="",
        breadcrumb=to_account(),
        idle_minutes=settings.SESSION_COOKIE_AGE // 60,
        table=table,
        others=sum(each.key != here for each in found),
    )


def end_session_page(session: SignedIn) -> EndSessionPage:
    what = browser_of(session.user_agent)
    return EndSessionPage(
        title="End this session?",
        subject=what,
        caption=what,
        breadcrumb=[*to_account(), Link("Where you are signed in", reverse("accounts:sessions"))],
        confirm=Confirm(
            href=reverse("accounts:end_session", args=[session.id]),
            button="End session",
            cancel_href=reverse("accounts:sessions"),
            effects=[
                f"It was last seen on {moment(session.last_seen_at)}, at the address {session.ip}.",
                "Whoever is at that browser has to sign in again. Did you not sign in there? Change your password too.",
            ],
            style="warning",
        ),
    )


def kept_page(kept: KeptPost) -> KeptPage:
    return KeptPage(title="You were signed out before this was sent", caption="", breadcrumb=[HOME], kept=kept)


def browser_of(user_agent: str) -> str:
    """`Chrome on Windows`, of what a browser says of itself."""
    browser = next((name for part, name in BROWSERS if part in user_agent), "Another program")
    system = next((name for part, name in SYSTEMS if part in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _row(session: SignedIn, is_here: bool) -> SessionRow:
    what = browser_of(session.user_agent)
    end = Link(f"End {what}", reverse("accounts:end_session", args=[session.id]))
    return SessionRow(
        browser=what,
        status="This one" if is_here else "",
        since=session.created_at,
        seen=session.last_seen_at,
        address=session.ip,
        end=None if is_here else end,
    )
