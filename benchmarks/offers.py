"""Bar 12: a network service is offered to 1,500 practices in one command, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import transaction

import catalogue.commands as catalogue
from accounts.models import Grant, User
from accounts.rules import Acting
from accounts.states import Role
from benchmarks.databases import inside
from benchmarks.england import England, vacuum
from benchmarks.measuring import cost_of, execute, middle, profile_of, queries_of
from benchmarks.memory import Watch
from benchmarks.registry import Figure, measures
from catalogue import formats
from catalogue.models import QualityService
from organisations.models import Kind, Organisation
from participation.commands import offer_to_networks

NETWORKS, FEW, PRACTICES_EACH = 300, 30, 5
BASE = 5_000_000
"""Ids of what this bar adds to England begin here."""

DEFINITION = (
    Path(formats.__file__).parents[1]
    / "definitions"
    / "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"
)
START, END = date(2020, 4, 1), date(2022, 3, 31)
SECONDS = 3


@measures("offers")
def offers(england: England, runs: int) -> Sequence[Figure]:
    """As the page does: permission, who has it already, terms, history, what membership takes up, what follows."""
    with inside(england), Watch() as memory:
        return [*_offers(runs), *memory.figures()]


def _offers(runs: int) -> Sequence[Figure]:
    _number_on()
    by, service = _commissioner(), _service()
    networks = list(range(BASE + 1, BASE + NETWORKS + 1))
    few, many = (_queries(service, networks[:how_many], by) for how_many in (FEW, NETWORKS))
    costs = []
    for _run in range(runs):
        costs.append(cost_of(lambda: offer_to_networks(service, networks, START, END, by=by)))
        _restore(service)
    taken = middle(costs)
    profile = []
    if taken.seconds >= SECONDS:
        profile = profile_of(lambda: offer_to_networks(service, networks, START, END, by=by))
        _restore(service)
    offered = NETWORKS * PRACTICES_EACH
    return [
        Figure(
            f"{offered:,} offers in one go", taken.seconds, f"< {SECONDS} s", taken.seconds < SECONDS, unit=" s",
            measured=str(taken), profile=profile,
        ),
        Figure(
            f"queries, for {FEW * PRACTICES_EACH} and for {offered:,}", many,
            "constant but for one message a 50 networks", many - few <= 3 * NETWORKS // 50, unit="",
            measured=f"{few} and {many}",
        ),
    ]  # fmt: skip


def _number_on() -> None:
    """England gave its rows numbers of its own: what is added goes on from them."""
    for table in ("catalogue_qualityservice", "catalogue_serviceversion", "catalogue_achievementdate"):
        execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _queries(service: int, networks: Sequence[int], by: Acting) -> int:
    found = queries_of(lambda: offer_to_networks(service, networks, START, END, by=by))
    _restore(service)
    return found


def _commissioner() -> Acting:
    """A commissioning organisation with networks of its own, and somebody who offers for it."""
    here = Organisation.objects.create(pk=BASE, code="QBENCH", name="A commissioner", kind=Kind.COMMISSIONER)
    practices = NETWORKS * PRACTICES_EACH
    for letter, kind, offset, how_many in (("ZB", Kind.NETWORK, 0, NETWORKS), ("VB", Kind.PRACTICE, 10_000, practices)):
        Organisation.objects.bulk_create(
            Organisation(pk=BASE + offset + n, code=f"{letter}{n:05d}", name=f"{letter} {n}", kind=kind)
            for n in range(1, how_many + 1)
        )
    execute(
        """INSERT INTO organisations_lead (valid, recorded, network_id, commissioner_id)
           SELECT '[2019-07-01,)', '[2019-07-01,)', %s + n, %s FROM generate_series(1, %s) n""",
        [BASE, BASE, NETWORKS],
    )
    execute(
        """INSERT INTO organisations_membership (valid, recorded, practice_id, network_id)
           SELECT '[2019-07-01,)', '[2019-07-01,)', %s + 10000 + n, %s + 1 + (n - 1) / %s
           FROM generate_series(1, %s) n""",
        [BASE, BASE, PRACTICES_EACH, practices],
    )
    user = User.objects.create(email="offers@benchmarks.example", name="Who offers")
    Grant.objects.create(user=user, organisation=here, role=Role.COMMISSIONING_MANAGEMENT)
    return Acting(user, here)


def _service() -> int:
    """The Clinical Director payment, released by one person and confirmed by another."""
    operator = Organisation.objects.create(pk=BASE + 1_000_000, code="XBENCH", name="Operator", kind=Kind.NATIONAL)
    releasers = []
    for name in ("one", "two"):
        user = User.objects.create(email=f"{name}@benchmarks.example", name=name)
        Grant.objects.create(user=user, organisation=operator, role=Role.SERVICE_RELEASE)
        releasers.append(Acting(user, operator))
    loaded = catalogue.load_definition(DEFINITION, by=releasers[0])
    catalogue.propose_release(loaded.version_id, by=releasers[0])
    catalogue.confirm_release(loaded.version_id, by=releasers[1])
    return QualityService.objects.get(pk=loaded.service_id).pk


def _restore(service: int) -> None:
    rows = "SELECT id FROM participation_participation WHERE service_id = %s"
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        execute(f"DELETE FROM participation_term WHERE participation_id IN ({rows})", [service])
        execute(f"DELETE FROM participation_participationchange WHERE row_id IN ({rows})", [service])
        execute("DELETE FROM participation_participation WHERE service_id = %s", [service])
        execute("TRUNCATE operations_outboxmessage CASCADE")
    vacuum()
