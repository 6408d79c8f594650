"""What every template knows: the frame round the page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.rules import Acting
from core import clock
from core.sessions import seconds_left
from cqrs_portal.navigation import place_of
from ui.frame import Frame, Link, SessionWatch
from ui.wording import long_date


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame`, a ui.frame.Frame, made when a template first asks: who is here, for whom they act, where they can go."""
    return {"frame": SimpleLazyObject(lambda: frame_of(request))}


def frame_of(request: HttpRequest) -> Frame:
    """The frame of this request; of nobody while nobody is signed in."""
    actor: Acting | None = getattr(request, "actor", None)
    if actor is None:
        return Frame(banner=banner(), sign_in_href=reverse("account_login"))
    place = place_of(actor, request.resolver_match)
    return Frame(
        user_name=actor.name,
        organisation=actor.organisation.name if actor.organisation else "",
        change_organisation_href=_change_href(actor),
        account_href=reverse("accounts:my_account"),
        sign_out_href=reverse("account_logout"),
        home_href=reverse("home:home"),
        tabs=place.tabs,
        sub_tabs=place.sub_tabs,
        search_href=reverse("home:search") if actor.organisation else "",
        search_text=request.GET.get("q", "") if request.path == reverse("home:search") else "",
        banner=banner(),
        session=session_of(request, actor),
        footer_links=[Link("Help", reverse("home:help"))],
    )


def banner() -> str:
    """The training sentence; empty in production."""
    return f"Training: today is {long_date(clock.today())}. Nothing here is real." if settings.TRAINING else ""


def session_of(request: HttpRequest, actor: Acting) -> SessionWatch:
    """What warns of the end of this session."""
    return SessionWatch(
        seconds=seconds_left(request.session),
        warn_seconds=min(settings.SESSION_WARNING_SECONDS, settings.SESSION_COOKIE_AGE // 2),
        href=reverse("accounts:session_time"),
        sign_in_href=reverse("account_login"),
        person=actor.user_id,
    )


def _change_href(actor: Acting) -> str:
    """Only somebody with more than one organisation can change whom they act for."""
    return reverse("accounts:choose_organisation") if actor.can_change else ""
