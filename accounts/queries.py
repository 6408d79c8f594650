"""Who may act for whom, and who can do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from django.db.models import Q, QuerySet
from knox.crypto import hash_token
from knox.settings import CONSTANTS

from accounts.models import ApiToken, Grant, User
from accounts.rules import Acting
from accounts.states import ADMINISTRATORS, Role
from core import clock
from core.errors import NotVisible
from organisations.models import Lead, Organisation, Parent
from ui.wording import listed


def organisations_of(user: User) -> QuerySet[Organisation]:
    """The organisations a person holds a role in, by name."""
    return Organisation.objects.filter(
        pk__in=Grant.objects.in_force().filter(user=user).values("organisation")
    ).order_by("name")


def acting_for(user: User, organisation_id: int | None) -> Acting:
    """The person acting for the organisation chosen; for their first where none is, or it is no longer theirs."""
    theirs = list(organisations_of(user))
    chosen = next((organisation for organisation in theirs if organisation.pk == organisation_id), None)
    return Acting(user, chosen or (theirs[0] if theirs else None), can_change=len(theirs) > 1)


def holders_of(role: Role, organisation: Organisation) -> QuerySet[User]:
    """Active people who hold a role in an organisation: who can."""
    grants = Grant.objects.in_force().of(role).filter(organisation=organisation)
    return User.objects.filter(pk__in=grants.values("user")).order_by("name")


def who_can(role: Role, organisation: Organisation) -> tuple[str, ...]:
    """Who could do instead what somebody was refused, in sentences; the administrators where nobody holds the role."""
    holders = [user.name for user in holders_of(role, organisation)]
    if holders:
        return (f"{listed(holders)} of {organisation.name}, as {role.label}.",)
    nobody = f"Nobody holds {role.label} in {organisation.name}."
    administrators = [user.name for user in administrators_of(organisation)]
    return (nobody, f"{listed(administrators, 'or')} can grant it.") if administrators else (nobody,)


def administrators_of(organisation: Organisation) -> QuerySet[User]:
    """Active people who administer the users of an organisation: its own, and those of the organisation above it."""
    own = Q(role__in=ADMINISTRATORS, organisation=organisation)
    above = Q(role=Role.ADVANCED_USER_ADMINISTRATOR, organisation__in=_above(organisation))
    grants = Grant.objects.in_force().filter(own | above)
    return User.objects.filter(pk__in=grants.values("user")).order_by("name")


def organisation_to_act_for(user: User, organisation_id: int) -> Organisation:
    """One of the organisations a person holds a role in. Raises NotVisible for any other."""
    organisation = organisations_of(user).filter(pk=organisation_id).first()
    if organisation is None:
        raise NotVisible("You hold no role in this organisation, or it does not exist.")
    return organisation


@dataclass(frozen=True)
class Held:
    """The roles somebody holds in one organisation."""

    organisation: Organisation
    grants: Sequence[Grant]


def roles_of(user: User) -> list[Held]:
    """Every organisation a person holds roles in, by name, with the grants in force."""
    grants = Grant.objects.in_force().filter(user=user).select_related("organisation", "cluster")
    by_organisation: dict[int, list[Grant]] = {}
    for grant in grants.order_by("organisation__name", "role"):
        by_organisation.setdefault(grant.organisation_id, []).append(grant)
    return [Held(grants[0].organisation, grants) for grants in by_organisation.values()]


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's tokens of the API, newest first: live, expired and revoked."""
    return ApiToken.objects.filter(user=user).select_related("organisation")


def own_token(user: User, token_id: int) -> ApiToken:
    """One of a person's tokens. Raises NotVisible."""
    token = tokens_of(user).filter(pk=token_id).first()
    if token is None:
        raise NotVisible("This token is not yours, or it does not exist.")
    return token


def token_with(secret: str) -> ApiToken | None:
    """The token that a secret belongs to, whatever has become of it; None where there is none."""
    if not secret.isascii() or not secret.isalnum():
        return None
    digest, key = hash_token(secret), secret[: CONSTANTS.TOKEN_KEY_LENGTH]
    known = ApiToken.objects.filter(token_key=key).select_related("user", "organisation")
    return next((token for token in known if compare_digest(token.digest, digest)), None)


def _above(organisation: Organisation) -> list[int]:
    day = clock.today()
    parents = Parent.objects.as_of(day).filter(organisation=organisation).values_list("parent", flat=True)
    leads = Lead.objects.as_of(day).filter(network=organisation).values_list("commissioner", flat=True)
    return [*parents, *leads]
