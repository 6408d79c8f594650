"""Where one is signed in; the time that is left of this session; and what was sent after an earlier one had ended."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import commands, queries
from accounts.presenters import sessions as presenters
from accounts.rules import PortalRequest
from core.sessions import seconds_left
from ui import kept_posts
from ui.answers import render
from ui.wording import count


@require_safe
def sessions(request: PortalRequest) -> HttpResponse:
    """Every browser one is signed in with."""
    here = request.session.session_key or ""
    page = presenters.sessions_page(queries.sessions_of(request.user), here)
    return render(request, "accounts/sessions.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def end_session(request: PortalRequest, session_id: int) -> HttpResponse:
    """Asks first: what is typed there and not saved is kept by that browser alone."""
    if request.method == "POST":
        commands.end_session(session_id, by=request.actor)
        messages.success(request, "That session has ended.")
        return redirect("accounts:sessions")
    page = presenters.end_session_page(queries.own_session(request.user, session_id))
    return render(request, "accounts/end_session.jinja", {"page": page})


@require_POST
def end_other_sessions(request: PortalRequest) -> HttpResponse:
    ended = commands.end_other_sessions(request.session.session_key or "", by=request.actor)
    said = f"You were signed out of {count(ended, 'other session')}." if ended else "You are signed in nowhere else."
    messages.success(request, said)
    return redirect("accounts:sessions")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def session_time(request: HttpRequest) -> JsonResponse:
    """How many seconds are left if nothing is done, 0 for nobody. Asking puts the end off by no second; POST does."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0})
    if request.method == "POST":
        request.session.modified = True
    return JsonResponse({"seconds": seconds_left(request.session)})


@require_http_methods(["GET", "POST"])
def kept(request: PortalRequest) -> HttpResponse:
    """What this person sent after their session had ended: to be sent again, or left out (POST)."""
    found = kept_posts.kept_in(request.session, request.user.pk)
    if request.method == "POST" or found is None:
        kept_posts.drop(request.session)
        if request.method == "POST":
            messages.success(request, "It was left out. Nothing was saved.")
        return redirect("/")
    return render(request, "accounts/kept.jinja", {"page": presenters.kept_page(found)})
