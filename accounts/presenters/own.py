"""What the pages about one's own account show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from accounts.models import Grant, User
from accounts.presenters.trail import HOME, to_account
from accounts.queries import Held
from accounts.rules import Acting
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.wording import listed, long_date, money


@dataclass(frozen=True, kw_only=True)
class RoleRow:
    """One role: what it is limited to, and since when it is held."""

    role: str
    limits: str
    since: str


@dataclass(frozen=True, kw_only=True)
class OrganisationRoles:
    """One organisation and the roles held in it. `acting` marks the one acted for."""

    name: str
    code: str
    acting: bool
    roles: Sequence[RoleRow]


@dataclass(frozen=True, kw_only=True)
class MyAccountPage(Page):
    """My Account (templates/accounts/my_account.jinja)."""

    name: str
    email: str
    organisations: Sequence[OrganisationRoles]
    security: Sequence[Link]


@dataclass(frozen=True, kw_only=True)
class ChooseOrganisationPage(Page):
    """Choosing whom to act for (templates/accounts/organisation.jinja)."""

    form: PortalForm
    next: str


@dataclass(frozen=True, kw_only=True)
class MailPage(Page):
    """Which e-mails one gets (templates/accounts/mail.jinja)."""

    form: PortalForm
    digest_at: str
    cancel_href: str


def my_account_page(actor: Acting, held: Sequence[Held], *, second_factor: bool) -> MyAccountPage:
    return MyAccountPage(
        title="My Account",
        caption="",
        breadcrumb=[HOME],
        name=actor.user.name,
        email=actor.user.email,
        organisations=[_organisation(each, actor) for each in held],
        security=_security(second_factor),
    )


def choose_organisation_page(form: PortalForm, user: User, next: str) -> ChooseOrganisationPage:
    return ChooseOrganisationPage(
        title="Which organisation do you act for?",
        caption=user.name,
        breadcrumb=[HOME],
        in_error=bool(form.errors),
        form=form,
        next=next,
    )


def mail_page(form: PortalForm) -> MailPage:
    return MailPage(
        title="Which e-mails you get",
        caption="",
        breadcrumb=to_account(),
        in_error=bool(form.errors),
        form=form,
        digest_at=settings.DIGEST_AT,
        cancel_href=reverse("accounts:my_account"),
    )


def _organisation(held: Held, actor: Acting) -> OrganisationRoles:
    organisation = held.organisation
    return OrganisationRoles(
        name=organisation.name,
        code=organisation.code,
        acting=organisation.pk == actor.organisation_id,
        roles=[
            RoleRow(role=grant.role, limits=_limits(grant), since=long_date(grant.granted_at)) for grant in held.grants
        ],
    )


def _limits(grant: Grant) -> str:
    limits = [
        f"payment type {grant.payment_type}" if grant.payment_type else "",
        f"cluster {grant.cluster.name}" if grant.cluster else "",
        f"up to {money(grant.limit)} in one achievement" if grant.limit is not None else "",
    ]
    return listed([limit for limit in limits if limit]).capitalize()


def _security(second_factor: bool) -> list[Link]:
    return [
        Link("Change your password", reverse("account_change_password")),
        Link(
            "Second factor: on. Change it, or see your recovery codes"
            if second_factor
            else "Switch on a second factor (authenticator app)",
            reverse("mfa_index"),
        ),
        Link("Which e-mails you get", reverse("accounts:mail")),
        Link("Where you are signed in", reverse("accounts:sessions")),
        Link("API tokens", reverse("accounts:tokens")),
    ]
