"""The second factor: set up, changed to another phone, and where one goes on afterwards."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.rules import PortalRequest

GOES_ON_TO = "second_factor_goes_on_to"
"""Where somebody wanted to go before they were led to the second factor: a key of their session."""


class SetUpSecondFactorView(ActivateTOTPView):
    """An authenticator app is added; the code that proves it is this session's second factor."""

    request: PortalRequest

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        post_authentication(self.request, queries.authenticator_app_of(self.request.user), reauthenticated=True)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"needed": self.request.actor.needs_second_factor}


class ChangeSecondFactorView(DeactivateTOTPView):
    """The app is taken off; whoever's roles need one sets up another before anything else."""

    request: PortalRequest

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        records = get_authentication_records(self.request, self.request.user)
        left = [record for record in records if record["method"] != "mfa"]
        self.request.session[AUTHENTICATION_METHODS_SESSION_KEY] = left
        return redirect("accounts:set_up_second_factor") if self.request.actor.needs_second_factor else answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"needed": self.request.actor.needs_second_factor}


set_up_second_factor = SetUpSecondFactorView.as_view()
change_second_factor = ChangeSecondFactorView.as_view()


@require_safe
def go_on(request: PortalRequest) -> HttpResponse:
    """Where somebody wanted to go before they were led to the second factor; Home where they wanted nothing."""
    return redirect(request.session.pop(GOES_ON_TO, "/"))
