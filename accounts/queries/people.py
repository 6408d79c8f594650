"""Who may act for whom, and who can do what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Grant, User
from accounts.queries.tokens import tokens_of, tokens_of_late
from accounts.rules import Acting, administered_by
from accounts.states import ADMINISTRATORS, MAIL_FOR, NEEDS_A_SECOND_FACTOR, SEES_POUNDS, Role
from core import clock
from core.errors import NotVisible
from core.open_items import has_open_items
from operations.kinds import Frequency, MailKind
from operations.models import MailPreference
from organisations.models import Kind, Lead, Organisation, Parent
from ui.wording import listed, long_date


def organisations_of(user: User) -> QuerySet[Organisation]:
    """The organisations a person holds a role in, by name."""
    return Organisation.objects.filter(
        pk__in=Grant.objects.in_force().filter(user=user).values("organisation")
    ).order_by("name")


def acting_for(user: User, organisation_id: int | None, *, second_factor: bool = False) -> Acting:
    """The person acting for the organisation chosen; for their first where none is, or it is no longer theirs.

    `second_factor` says that they gave one in this session.
    """
    grants = Grant.objects.in_force().filter(user=user).select_related("organisation").order_by("organisation__name")
    theirs = list({grant.organisation_id: grant.organisation for grant in grants}.values())
    chosen = next((organisation for organisation in theirs if organisation.pk == organisation_id), None)
    needs = settings.SECOND_FACTOR_REQUIRED and any(grant.role in NEEDS_A_SECOND_FACTOR for grant in grants)
    return Acting(
        user,
        chosen or (theirs[0] if theirs else None),
        can_change=len(theirs) > 1,
        needs_second_factor=needs,
        second_factor=second_factor,
        in_force=tuple(grants),
    )


def why_access_has_ended(organisation: Organisation | None) -> list[str]:
    """Why nobody acts for an organisation any more: it is a practice that closed, and nothing of it is open (domain 1).
    Empty for all others; grants stay as they are."""
    if organisation is None or organisation.kind != Kind.PRACTICE or organisation.close_date is None:
        return []
    if organisation.close_date >= clock.today() or has_open_items(organisation.pk):
        return []
    closed = f"{organisation.name} closed on {long_date(organisation.close_date)}"
    return [f"{closed}, and nothing of it is open any more, so access for it has ended.", "Your roles there are kept."]


def needs_second_factor(user: User, organisation: Organisation | None = None) -> bool:
    """Whether a role that a person holds, in one organisation or in any, asks for a second factor."""
    grants = Grant.objects.that_need_a_second_factor().filter(user=user)
    if organisation is not None:
        grants = grants.filter(organisation=organisation)
    return bool(settings.SECOND_FACTOR_REQUIRED) and grants.exists()


def holders_of(role: Role, organisation: Organisation) -> QuerySet[User]:
    """Active people who hold a role in an organisation: who can."""
    grants = Grant.objects.in_force().of(role).filter(organisation=organisation)
    return User.objects.filter(pk__in=grants.values("user")).order_by("name")


def holders_in(role: Role, organisations: Collection[int]) -> Mapping[int, list[User]]:
    """The same for many organisations (ids) at once: those of each, by name."""
    grants = Grant.objects.in_force().of(role).filter(organisation__in=set(organisations)).select_related("user")
    found: dict[int, dict[int, User]] = {each: {} for each in organisations}
    for grant in grants.order_by("user__name", "user"):
        found[grant.organisation_id][grant.user_id] = grant.user
    return {each: list(people.values()) for each, people in found.items()}


def who_see_pounds(organisation: Organisation) -> frozenset[int]:
    """Ids of the active people who see the pounds of an organisation."""
    grants = Grant.objects.in_force().filter(organisation=organisation, role__in=SEES_POUNDS)
    return frozenset(grants.values_list("user", flat=True))


def who_can(role: Role, organisation: Organisation, *, but: int | None = None) -> tuple[str, ...]:
    """Who could do instead what somebody was refused, in sentences; the administrators where nobody holds the role.

    `but` is the id of who cannot: whoever proposed what takes a second person.
    """
    others = [user.name for user in holders_of(role, organisation) if user.pk != but]
    return _in_sentences(others, role, organisation, else_="else " if but else "")


def who_proposed(user: User) -> tuple[str, ...]:
    """Who could take a proposal back: whoever made it, and nobody else."""
    return (f"{user.name}, who proposed it.",)


def _in_sentences(
    holders: Sequence[str], role: Role, organisation: Organisation, *, else_: str = ""
) -> tuple[str, ...]:
    if holders:
        return (f"{listed(holders)} of {organisation.name}, as {role.label}.",)
    nobody = f"Nobody {else_}holds {role.label} in {organisation.name}."
    administrators = [user.name for user in administrators_of(organisation)]
    return (nobody, f"{listed(administrators, 'or')} can grant it.") if administrators else (nobody,)


def who_can_each(places: Collection[tuple[Role, Organisation]]) -> dict[tuple[Role, int], tuple[str, ...]]:
    """What `who_can` says, for several roles and organisations: one question for all that somebody holds."""
    grants = Grant.objects.in_force().filter(
        role__in={role for role, _ in places}, organisation__in={place.pk for _, place in places}
    )
    names: dict[tuple[str, int], dict[int, str]] = {}
    for role, at, user, name in grants.order_by("user__name").values_list("role", "organisation", "user", "user__name"):
        names.setdefault((role, at), {})[user] = name
    return {
        (role, place.pk): _in_sentences(list(names.get((role, place.pk), {}).values()), role, place)
        for role, place in places
    }


def who_can_help(by: Acting) -> tuple[str, ...]:
    """Who administers the users of the organisation somebody acts for, as a sentence."""
    names = [user.name for user in administrators_of(by.organisation)] if by.organisation else []
    return (f"{listed(names, 'or')} can.",) if names else ()


def administrators_of(organisation: Organisation) -> QuerySet[User]:
    """Active people who administer the users of an organisation: its own, and those of the organisation above it."""
    own = Q(role__in=ADMINISTRATORS, organisation=organisation)
    day = clock.today()
    parents = Parent.objects.as_of(day).filter(organisation=organisation).values("parent")
    leads = Lead.objects.as_of(day).filter(network=organisation).values("commissioner")
    above = Q(role=Role.ADVANCED_USER_ADMINISTRATOR) & (Q(organisation__in=parents) | Q(organisation__in=leads))
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


def authenticator_app_of(user: User) -> Authenticator:
    """The authenticator app that a person has set up."""
    return Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)


def mail_choices_of(user: User) -> dict[MailKind, Frequency]:
    """The kinds of e-mail that a person's roles, in whichever organisation, are told by, and when they get each."""
    held = set(Grant.objects.in_force().filter(user=user).values_list("role", flat=True))
    chosen = dict(MailPreference.objects.filter(user=user).values_list("kind", "frequency"))
    told = [kind for kind, roles in MAIL_FOR.items() if held & set(roles)]
    if MailKind.TOKENS in told and not tokens_of(user).exists():
        told.remove(MailKind.TOKENS)
    return {kind: Frequency(chosen.get(kind, Frequency.AT_ONCE)) for kind in told}


PEOPLE_ORDERS = {"name": ("name", "id"), "email": ("email", "id")}


def people_administered(by: Acting, text: str = "") -> QuerySet[User]:
    """The people who hold a role in an organisation that somebody administers, with all that a row shows of them.

    `text` is part of a name or of an address. Each has `administered`, the grants there; `has_app`, whether they have
    an authenticator app; `needs_app`, whether a role of theirs anywhere asks for one; `tokens`, those of the API that
    act for one of these organisations: live, or ended lately.
    """
    theirs = Grant.objects.open().filter(organisation__in=administered_by(by))
    people = User.objects.filter(pk__in=theirs.values("user"))
    if text:
        people = people.filter(Q(name__icontains=text) | Q(email__icontains=text))
    app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    needing = Grant.objects.that_need_a_second_factor().filter(user=OuterRef("pk"))
    shown = theirs.select_related("organisation").order_by("organisation__name", "role")
    return people.annotate(has_app=Exists(app), needs_app=Exists(needing)).prefetch_related(
        Prefetch("grants", shown, to_attr="administered"),
        Prefetch("api_tokens", tokens_of_late(by), to_attr="tokens"),  # type: ignore[type-var]  # as above: no types
    )


def person_administered(by: Acting, user_id: int) -> User:
    """One of them. Raises NotVisible."""
    found = people_administered(by).filter(pk=user_id).first()
    if found is None:
        raise NotVisible("You do not administer this person, or they do not exist.")
    return found
