"""Who belongs to whom on a day, as known now or earlier; and what of it somebody may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Prefetch, Q, QuerySet

from core import clock
from core.actors import Actor
from core.dates import share_a_day
from core.errors import NotVisible
from organisations.models import (
    Kind,
    Lead,
    ListKind,
    ListSize,
    Membership,
    OdsLoad,
    OdsUpload,
    OdsUploadFile,
    Organisation,
    OrganisationQuerySet,
    Parent,
    Payee,
)

KnownAt = date | datetime | None
Pair = tuple[int, int]  # practice id, network id

EXPECTED_MEMBERS_SQL = """
    SELECT k.achievement_date, k.network_id, m.practice_id
    FROM {keys} k
    JOIN organisations_membership m
      ON m.network_id = k.network_id AND upper_inf(m.recorded) AND m.valid @> k.achievement_date
    WHERE m.practice_id NOT IN (
        SELECT practice_id FROM organisations_membership WHERE upper_inf(recorded) GROUP BY 1 HAVING count(*) > 1)
    OR NOT EXISTS (
        SELECT FROM organisations_membership later
        WHERE later.practice_id = m.practice_id AND upper_inf(later.recorded) AND later.valid @> k.achievement_date
          AND (lower(later.valid), later.id) > (lower(m.valid), m.id))"""
"""SQL: for a relation `{keys}` of (achievement_date, network_id), each key once, a row (achievement_date, network_id,
practice_id) for every practice that counts as a member of the network on the date, as believed now.

A practice in two networks on a date counts in the one that started later; a zero-length membership counts on no day
(domain 1). Nearly every practice has one membership, and is not looked up again to find a later one. The same rule as
`Membership.objects.counting_on`."""


def expected_members_sql(day_column: str, network_column: str, relation: str) -> str:
    """EXPECTED_MEMBERS_SQL over two columns of any relation, whose keys may repeat; each is answered once.

    The names are SQL from code, never from input.
    """
    keys = f"(SELECT DISTINCT {day_column} AS achievement_date, {network_column} AS network_id FROM {relation})"
    return EXPECTED_MEMBERS_SQL.format(keys=keys)


def members_of(network: Organisation, day: date | None = None, known_at: KnownAt = None) -> QuerySet[Membership]:
    """The memberships that count in a network on a day (today where none is given), with the practice, by its name."""
    counting = Membership.objects.counting_on(day or clock.today(), known_at)
    ever = Membership.objects.known(known_at).filter(network=network).values("practice")
    counts = Membership.objects.filter(network=network, pk__in=counting.filter(practice__in=ever).values("pk"))
    return counts.select_related("practice").order_by("practice__name", "practice__code")


def memberships_of(network: Organisation, known_at: KnownAt = None) -> QuerySet[Membership]:
    """Every membership of a network, past and to come, by practice and start."""
    known = Membership.objects.known(known_at).filter(network=network).select_related("practice")
    return known.order_by("practice__name", "practice__code", "valid__startswith", "zero_length_date")


def network_of(practice: Organisation, day: date | None = None, known_at: KnownAt = None) -> Organisation | None:
    """The network a practice counts in on a day; None for a practice in no network."""
    counting = Membership.objects.counting_on(day or clock.today(), known_at)
    membership = counting.filter(practice=practice).select_related("network").first()
    return membership.network if membership else None


def payee_of(network: Organisation, day: date | None = None, known_at: KnownAt = None) -> Organisation | None:
    """The payee nominated for a network on a day; None where nobody is."""
    nominated = Payee.objects.as_of(day or clock.today(), known_at).filter(network=network)
    return Organisation.objects.filter(pk__in=nominated.values("payee")).first()


def lead_of(network: Organisation, day: date | None = None, known_at: KnownAt = None) -> Organisation | None:
    """The lead commissioning organisation of a network on a day."""
    leads = Lead.objects.as_of(day or clock.today(), known_at).filter(network=network)
    return Organisation.objects.filter(pk__in=leads.values("commissioner")).first()


def parent_of(organisation: Organisation, day: date | None = None, known_at: KnownAt = None) -> Organisation | None:
    """The Parent Organisation on a day."""
    parents = Parent.objects.as_of(day or clock.today(), known_at).filter(organisation=organisation)
    return Organisation.objects.filter(pk__in=parents.values("parent")).first()


def parents_of(organisations: Collection[int], day: date, known_at: KnownAt = None) -> dict[int, Organisation]:
    """Organisation id -> its Parent Organisation on a day; those without one are left out."""
    known = Parent.objects.as_of(day, known_at).filter(organisation__in=organisations).select_related("parent")
    return {row.organisation_id: row.parent for row in known}


def list_size(organisation: Organisation, kind: ListKind, day: date, known_at: KnownAt = None) -> Decimal | None:
    """Patients (or beds) on the list of a kind as at a day; None where none is known."""
    known = ListSize.objects.as_of(day, known_at).filter(organisation=organisation, kind=kind)
    return known.values_list("size", flat=True).first()


def visible_to(actor: Actor) -> OrganisationQuerySet:
    """The organisations somebody may see, acting for theirs.

    A practice: itself, the networks it is or was a member of, and their members. A network: itself and its members.
    A commissioning organisation: itself, the networks it leads, their members, and the organisations it is parent of.
    The national operator and the portal itself: all. By what is believed now of any day, because past periods are
    still acted on.
    """
    if actor.is_system:
        return Organisation.objects.all()
    own: Organisation | None = getattr(actor, "organisation", None)
    own = own or Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    if own is None or not actor.roles():
        return Organisation.objects.none()
    return Organisation.objects.filter(_seen_by(own))


def visible_network(actor: Actor, code: str) -> Organisation:
    """The network with an Org ID. Raises NotVisible where there is none, or it may not be seen."""
    network = visible_to(actor).networks().filter(code=code.upper()).first()
    if network is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    return network


def name_of_network(actor: Actor, code: str) -> str:
    """The name of a network that may be seen, by its Org ID; empty where there is none."""
    return visible_to(actor).networks().filter(code=code.upper()).values_list("name", flat=True).first() or ""


def memberships_shadowed(pairs: Collection[Pair], corrected_at: datetime) -> frozenset[Pair]:
    """Of the practices in `pairs`, believed memberships of other networks that share a day with those of `pairs`,
    as believed now or until `corrected_at`: whether they count may have changed with them."""
    practices = {practice for practice, _network in pairs}
    of_these = Membership.objects.filter(practice__in=practices)
    believed = of_these.known().values_list("practice_id", "network_id", "valid")
    closed = of_these.filter(recorded__endswith=corrected_at).values_list("practice_id", "network_id", "valid")
    changed: dict[int, list[DateRange]] = defaultdict(list)
    for practice, network, valid in [*believed, *closed]:
        if (practice, network) in pairs:
            changed[practice].append(valid)
    return frozenset(
        (practice, network)
        for practice, network, valid in believed
        if (practice, network) not in pairs and any(share_a_day(valid, other) for other in changed[practice])
    )


def last_load(layout: str, scope: str = "") -> OdsLoad | None:
    """The last file of a layout that was loaded for a scope."""
    return OdsLoad.objects.filter(layout=layout, scope=scope).order_by("-as_at", "-pk").first()


def _seen_by(own: Organisation) -> Q:
    known, itself = Membership.objects.known(), Q(pk=own.pk)
    if own.kind == Kind.NATIONAL:
        return Q()
    if own.kind == Kind.PRACTICE:
        networks = known.filter(practice=own).values("network")
        return itself | Q(pk__in=networks) | Q(pk__in=known.filter(network__in=networks).values("practice"))
    if own.kind == Kind.NETWORK:
        return itself | Q(pk__in=known.filter(network=own).values("practice"))
    led = Lead.objects.known().filter(commissioner=own).values("network")
    members = known.filter(network__in=led).values("practice")
    children = Parent.objects.known().filter(parent=own).values("organisation")
    return itself | Q(pk__in=led) | Q(pk__in=members) | Q(pk__in=children)


def ods_loads() -> QuerySet[OdsLoad]:
    """Every file loaded, without its rows; newest first is ("-loaded_at", "-pk")."""
    return OdsLoad.objects.defer("rows", "summary").select_related("loaded_by")


def ods_load(load_id: int) -> OdsLoad:
    """One file loaded, with its rows. Raises NotVisible."""
    found = OdsLoad.objects.select_related("loaded_by").filter(pk=load_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    return found


def uploads_under_way() -> QuerySet[OdsUpload]:
    """Uploads whose files are kept: being checked or loaded, or waiting for somebody; newest first."""
    kept = OdsUploadFile.objects.filter(content__isnull=False).values("upload")
    return ods_uploads().filter(pk__in=kept).order_by("-pk")


def ods_upload(upload_id: int) -> OdsUpload:
    """One upload with its jobs, and its files without their content. Raises NotVisible."""
    found = _uploads().filter(pk=upload_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    return found


def ods_uploads() -> QuerySet[OdsUpload]:
    """Every upload, with its jobs but for what they found, and its files without their content."""
    return _uploads().defer("check_job__result", "load_job__result")


def _uploads() -> QuerySet[OdsUpload]:
    files = OdsUploadFile.objects.defer("content").order_by("pk")
    return OdsUpload.objects.select_related("uploaded_by", "check_job", "load_job").prefetch_related(
        Prefetch("files", queryset=files)
    )
