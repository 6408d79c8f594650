"""Who acts for whom on this request; and portal errors answered with their own status and sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.queries import acting_for
from accounts.views.second_factor import GOES_ON_TO
from core.errors import NotPermitted, PortalError
from cqrs_portal.errors import API, answer
from cqrs_portal.sign_in import WITHOUT_SECOND_FACTOR, gave_second_factor, second_factor_page

Handler = Callable[[HttpRequest], HttpResponse]


class ActingOrganisationMiddleware:
    """Sets `request.actor`: the signed-in person acting for one organisation at a time."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            chosen = request.session.get("acting_organisation")
            request.actor = acting_for(  # type: ignore[attr-defined]
                request.user, chosen, second_factor=gave_second_factor(request)
            )
        return self.get_response(request)


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
        return redirect(second_factor_page(request))


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
