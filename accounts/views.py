"""The pages about one's own account."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import commands, presenters, queries
from accounts.forms import ActingOrganisationForm, NewTokenForm
from accounts.rules import PortalRequest
from core.errors import Invalid


@require_safe
def my_account(request: PortalRequest) -> HttpResponse:
    """Name, organisations and roles, and the ways to keep the account safe."""
    held = queries.roles_of(request.actor.user)
    page = presenters.my_account_page(request.actor, held, second_factor=is_mfa_enabled(request.user))
    return render(request, "accounts/my_account.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def choose_organisation(request: PortalRequest) -> HttpResponse:
    """Which of one's organisations to act for, kept in the session; another's is not found."""
    user = request.actor.user
    given = request.POST if request.method == "POST" else None
    if given and given.get("organisation", "").isdigit():
        return _act_for(request, queries.organisation_to_act_for(user, int(given["organisation"])))
    form = ActingOrganisationForm(
        given,
        organisations=list(queries.organisations_of(user)),
        initial={"organisation": request.actor.organisation_id},
    )
    page = presenters.choose_organisation_page(form, user, _next(request))
    return render(request, "accounts/organisation.jinja", {"page": page}, status=422 if form.errors else 200)


@require_safe
def tokens(request: PortalRequest) -> HttpResponse:
    """One's own tokens of the API: live, expired and revoked."""
    page = presenters.tokens_page(list(queries.tokens_of(request.actor.user)))
    return render(request, "accounts/tokens.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
@never_cache
def new_token(request: PortalRequest) -> HttpResponse:
    """Make a token. Its text is in this one answer and nowhere else."""
    by = request.actor
    form = NewTokenForm(
        request.POST if request.method == "POST" else None,
        organisations=list(queries.organisations_of(by.user)),
        initial={"organisation": by.organisation_id},
    )
    try:
        if form.is_valid():
            made = commands.create_token(form.cleaned_data["name"], form.cleaned_data["organisation"], by=by)
            return render(request, "accounts/token_made.jinja", {"page": presenters.token_made_page(made)})
    except Invalid as refused:
        form.add_error("name", list(refused.sentences))
    page = presenters.new_token_page(form)
    return render(request, "accounts/new_token.jinja", {"page": page}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def revoke_token(request: PortalRequest, token_id: int) -> HttpResponse:
    """Asks first: whatever uses the token stops at once."""
    by = request.actor
    if request.method == "POST":
        token = commands.revoke_token(token_id, by=by)
        messages.success(request, f"{token.name} was revoked. Nothing gets in with it any more.")
        return redirect("accounts:tokens")
    page = presenters.revoke_token_page(queries.own_token(by.user, token_id))
    return render(request, "accounts/revoke_token.jinja", {"page": page})


def _act_for(request: PortalRequest, organisation: object) -> HttpResponse:
    request.session["acting_organisation"] = organisation.pk  # type: ignore[attr-defined]
    messages.success(request, f"You now act for {organisation.name}.")  # type: ignore[attr-defined]
    return redirect(_next(request))


def _next(request: PortalRequest) -> str:
    """Where to go on: an address of this portal that was asked for, or Home."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else "/"
