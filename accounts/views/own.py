"""The pages about one's own account."""

from __future__ import annotations

import re

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from accounts import commands, queries
from accounts.forms import ActingOrganisationForm, MailForm
from accounts.presenters import own as presenters
from accounts.rules import PortalRequest
from ui.answers import render

AN_ID = re.compile("[0-9]{1,18}")


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
    if given and AN_ID.fullmatch(given.get("organisation", "")):
        return _act_for(request, queries.organisation_to_act_for(user, int(given["organisation"])))
    form = ActingOrganisationForm(
        given,
        organisations=list(queries.organisations_of(user)),
        initial={"organisation": request.actor.organisation_id},
    )
    page = presenters.choose_organisation_page(form, user, _next(request))
    return render(request, "accounts/organisation.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
def mail(request: PortalRequest) -> HttpResponse:
    """Which e-mails one gets: at once, once a day, or none; what is to be done stays on Home."""
    choices = queries.mail_choices_of(request.actor.user)
    form = MailForm(request.POST if request.method == "POST" else None, choices=choices)
    if form.is_valid():
        commands.choose_mail(form.chosen, by=request.actor)
        messages.success(request, "Saved. It holds from the next e-mail on.")
        return redirect("accounts:my_account")
    page = presenters.mail_page(form)
    return render(request, "accounts/mail.jinja", {"page": page})


def _act_for(request: PortalRequest, organisation: object) -> HttpResponse:
    request.session["acting_organisation"] = organisation.pk  # type: ignore[attr-defined]
    messages.success(request, f"You now act for {organisation.name}.")  # type: ignore[attr-defined]
    return redirect(_next(request))


def _next(request: PortalRequest) -> str:
    """Where to go on: an address of this portal that was asked for, or Home."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else "/"
