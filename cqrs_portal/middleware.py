"""Who acts for whom on this request; and portal errors answered with their own status and sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.commands import note_session_seen
from accounts.queries import acting_for, why_access_has_ended
from accounts.rules import Acting
from accounts.views.second_factor import GOES_ON_TO
from core.errors import Invalid, NotPermitted, PortalError
from core.sessions import is_stale
from cqrs_portal import last_acting
from cqrs_portal.errors import API, answer, not_found, only_takes_what_is_sent
from cqrs_portal.last_acting import LastActing
from cqrs_portal.sign_in import WITHOUT_OPEN_ITEMS, WITHOUT_SECOND_FACTOR, gave_second_factor, second_factor_page
from ui import kept_posts
from ui.answers import refuses

Handler = Callable[[HttpRequest], HttpResponse]


class NoSuchAddressMiddleware:
    """An address with a NUL byte names nothing: no text that is kept can hold one, and the database refuses it.

    One that only takes what is sent says so, with a way on.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        opened = request.method in ("GET", "HEAD") and not request.path.startswith(API)
        return only_takes_what_is_sent(request, response) if response.status_code == 405 and opened else response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        return not_found(request) if "\0" in request.path_info else None


class SessionEndMiddleware:
    """Puts the end of a session off while somebody is at work; what they send after it has ended is kept for them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asks_only = request.method == "GET" and request.path == reverse("accounts:session_time")
        if request.user.is_authenticated and not asks_only and is_stale(request.session):
            request.session.modified = True
            note_session_seen(request.session.session_key or "", by=Acting(request.user, None))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if request.method != "POST" or request.path.startswith(API) or not getattr(view, "login_required", True):
            return None
        if request.user.is_authenticated:
            if kept_posts.SENT_AGAIN in request.POST:
                kept_posts.drop(request.session)
            return None
        if "HX-Request" in request.headers:
            return HttpResponse(status=401)  # a part of a page: the sign-in page does not belong in it
        last = last_acting.read(request)
        if last is None or not kept_posts.keep(request.session, request, last.user_id):
            return None
        return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('accounts:kept'), 'ended': '1'})}")


class ActingOrganisationMiddleware:
    """Sets `request.actor`: the signed-in person acting for one organisation at a time.

    A browser remembers which one it was until it closes: after the end of a session one goes on where one was.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        last = last_acting.read(request)
        if request.user.is_authenticated:
            remembered = last.organisation_id if last and last.user_id == request.user.pk else None
            chosen = request.session.get("acting_organisation", remembered)
            request.actor = acting_for(  # type: ignore[attr-defined]
                request.user, chosen, second_factor=gave_second_factor(request)
            )
        response = self.get_response(request)
        self._remember(request, response, last)
        return response

    def _remember(self, request: HttpRequest, response: HttpResponse, last: LastActing | None) -> None:
        """Who is signed in now; signing out forgets."""
        if request.user.is_authenticated:
            acted_for = request.actor.organisation_id if request.actor else None  # type: ignore[attr-defined]
            now = LastActing(request.user.pk, request.session.get("acting_organisation", acted_for))
            if now != last:
                last_acting.write(response, now)
        elif last and request.resolver_match and request.resolver_match.view_name == "account_logout":
            response.delete_cookie(last_acting.NAME)


class SecondFactorMiddleware:
    """Whoever's roles need a second factor and has not given it in this session is led there, whatever they ask for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        actor = request.actor  # type: ignore[attr-defined]
        match = request.resolver_match
        if actor is None or not actor.lacks_second_factor or (match and match.view_name in WITHOUT_SECOND_FACTOR):
            return None
        if request.path.startswith(API):
            return answer(request, NotPermitted("Your roles need a second factor. Sign in to the pages and give it."))
        if request.method == "GET":
            request.session[GOES_ON_TO] = request.get_full_path()
        elif kept_posts.keep(request.session, request, actor.user_id):
            request.session[GOES_ON_TO] = reverse("accounts:kept")
        return redirect(second_factor_page(request))


class ClosedPracticeMiddleware:
    """Users of a practice that closed keep access until nothing of it is open; then they are told why it has ended.

    They still choose another organisation, look after their own account, and sign out.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        actor = request.actor  # type: ignore[attr-defined]
        match = request.resolver_match
        if actor is None or (match and match.view_name in WITHOUT_OPEN_ITEMS):
            return None
        sentences = why_access_has_ended(actor.organisation)
        return answer(request, NotPermitted(*sentences)) if sentences else None


class RefusedFormMiddleware:
    """A form of the sign-in that is refused answers 422, as those of the portal do (`ui.answers`)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        if response.status_code == 200 and refuses(response.context_data or {}):
            response.status_code = Invalid.status
        return response


class NothingKeptMiddleware:
    """No browser and nothing between keeps a page: the next person at a shared desk goes back to none of them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class PortalErrorMiddleware:
    """403 refused, 404 not visible, 409 changed meanwhile, 422 invalid: a page that says what and why."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = ACTED_TWICE if second_stage_of_a_chain(exception) else exception
        return answer(request, error) if isinstance(error, PortalError) else None


ACTED_TWICE = NotPermitted(
    "You acted on one of these payments before, in another stage; this stage is another person's.",
    "Nothing was changed.",
)


def second_stage_of_a_chain(exception: Exception) -> bool:
    """Whether the database refused one person's hand in two stages of a payment chain at the same instant."""
    return isinstance(exception, IntegrityError) and "hand_in_one_stage_of_a_chain" in str(exception)
