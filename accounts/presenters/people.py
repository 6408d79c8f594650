"""What the pages about people one administers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from accounts.presenters.tokens import in_short
from accounts.presenters.trail import HOME
from accounts.rules import Acting
from core.clock import LONDON
from ui.components import Confirm
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.tables import Column, Order, Pager, Table
from ui.wording import listed, long_date

COLUMNS = (
    Column(key="name", label="Name", sort="name"),
    Column(key="email", label="Email address", sort="email"),
    Column(key="roles", label="Roles", kind="lines"),
    Column(key="status", label="Status", kind="status"),
    Column(key="signed_in", label="Last signed in"),
    Column(key="second_factor", label="Second factor"),
    Column(key="tokens", label="API tokens", kind="lines"),
    Column(key="reset", label="Reset", kind="link"),
)


@dataclass(frozen=True)
class PersonRow:
    """One person; `reset` leads to the question, and is None where there is nothing one may reset."""

    name: str
    email: str
    roles: Sequence[str]
    status: str
    signed_in: str
    second_factor: str
    tokens: Sequence[str]
    reset: Link | None


@dataclass(frozen=True, kw_only=True)
class UsersPage(Page):
    """The people one administers (templates/accounts/users.jinja)."""

    filters: PortalForm
    table: Table
    pager: Pager


@dataclass(frozen=True, kw_only=True)
class ResetPage(Page):
    """Before a second factor is reset (templates/accounts/reset_second_factor.jinja)."""

    form: PortalForm
    confirm: Confirm


@dataclass(frozen=True)
class Shown:
    """The people on one page of the list: how many match in all, in which order, and whether a filter narrows them."""

    people: Sequence[Any]
    count: int
    order: Order
    narrowed: bool


def users_page(form: PortalForm, shown: Shown, pager: Pager, by: Acting) -> UsersPage:
    table = Table(
        caption="People",
        columns=COLUMNS,
        rows=[_row(person, by) for person in shown.people],
        count=shown.count,
        order=shown.order,
        empty="Nobody matches. Clear the filter to see everybody."
        if shown.narrowed
        else "Nobody holds a role here yet.",
        noun=("person", "people"),
        address=pager.address,
    )
    return UsersPage(title="Users", breadcrumb=[HOME], filters=form, table=table, pager=pager)


def reset_page(person: User, form: PortalForm) -> ResetPage:
    return ResetPage(
        title="Reset this person's second factor?",
        subject=person.name,
        caption=f"{person.name}, {person.email}",
        breadcrumb=[HOME, Link("Users", reverse("accounts:users"))],
        in_error=bool(form.errors),
        form=form,
        confirm=Confirm(
            href=reverse("accounts:reset_second_factor", args=[person.pk]),
            button="Reset second factor",
            cancel_href=reverse("accounts:users"),
            effects=[
                "Their authenticator app and recovery codes count no more.",
                "They are signed out everywhere, their API tokens end, and they are told by e-mail.",
                "They sign in with their password, and set up another app before anything else if their roles need it.",
            ],
            warning="Make sure that it is really them who ask: whoever has their password gets in without a code.",
            style="warning",
        ),
    )


def _row(person: Any, by: Acting) -> PersonRow:
    may_reset = person.has_app and person.pk != by.user_id
    return PersonRow(
        name=person.name,
        email=person.email,
        roles=_roles(person.administered),
        status=person.state_label,
        signed_in=long_date(person.last_login.astimezone(LONDON).date()) if person.last_login else "Never",
        second_factor=_second_factor(person),
        tokens=[in_short(token) for token in person.tokens],
        reset=Link(f"Reset for {person.name}", reverse("accounts:reset_second_factor", args=[person.pk]))
        if may_reset
        else None,
    )


def _roles(grants: Sequence[Any]) -> list[str]:
    """One line for each organisation: its roles."""
    by_organisation: dict[str, list[str]] = {}
    for grant in grants:
        by_organisation.setdefault(str(grant.organisation), []).append(grant.role)
    return [f"{organisation}: {listed(roles)}" for organisation, roles in by_organisation.items()]


def _second_factor(person: Any) -> str:
    if person.has_app:
        return "Authenticator app"
    return "To set up at next sign-in" if person.needs_app else "None; not needed"
