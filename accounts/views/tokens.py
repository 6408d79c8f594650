"""The pages on which tokens of the API are made, listed and revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import commands, queries
from accounts.forms import NewTokenForm
from accounts.presenters import tokens as presenters
from accounts.rules import PortalRequest
from core.errors import Invalid
from ui.answers import render


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
    return render(request, "accounts/new_token.jinja", {"page": page})


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
