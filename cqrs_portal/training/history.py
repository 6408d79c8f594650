"""What has happened in the training data, day by day, through the same commands that people use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from django.conf import settings
from django.db import transaction

import achievement.commands as achievements
import catalogue.commands as catalogue
import organisations.commands as organisations
import participation.commands as participation
from accounts.commands import Limits, grant_role, invite_user, set_training_password, set_training_second_factor
from accounts.models import User
from accounts.queries import needs_second_factor
from achievement.models import Achievement, NetworkAchievement
from achievement.states import State
from catalogue.models import QualityService, ServiceVersion
from core import clock
from core.actors import SYSTEM
from core.dates import month_ends
from core.transitions import Seen
from cqrs_portal.training import closed_practice, weight_management
from cqrs_portal.training.acting import acting, organisation
from cqrs_portal.training.events import Event
from cqrs_portal.training.people import (
    AT_HUMBER,
    AT_HUMBER_PRACTICES,
    AT_NETWORKS,
    AT_PRACTICES,
    BRAM,
    CLEO,
    DILYS,
    NADIA,
    OWEN,
    PASSWORD,
    PEOPLE,
    Person,
)
from cqrs_portal.training.places import (
    BISCAY,
    COMMISSIONERS,
    EVERY_PRACTICE,
    HUMBER,
    LISTS,
    LISTS_AS_AT,
    NETWORKS,
    PLACES,
    REGION,
    UTSIRE,
    Network,
    parent_of,
)
from operations.commands import deliver
from operations.models import OutboxMessage
from operations.notifications import SEND
from organisations.commands import Spell
from organisations.models import ListKind, Organisation

TODAY = date(2021, 12, 11)
CODE = "PCN-CD-2020-22"
DEFINITION = "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"
PARENTS_SINCE, PEOPLE_SINCE = date(2013, 4, 1), date(2019, 4, 1)
LISTS_TOLD = date(2021, 1, 20)
DRAFTED, RELEASED, OFFERED = date(2021, 3, 1), date(2021, 3, 2), date(2021, 3, 15)
PAID_FROM, PAID_UNTIL = date(2021, 4, 1), date(2021, 11, 30)
LEFT_TO_APPROVE_FROM = date(2021, 10, 31)
DAY = timedelta(days=1)


def is_loaded() -> bool:
    return Organisation.objects.filter(code=PLACES[0].code).exists()


def load() -> None:
    """Let everything happen up to today, all or nothing. The clock of this process is held on each day in turn."""
    with transaction.atomic():
        for day, events in groupby(sorted(_events(), key=attrgetter("day")), key=attrgetter("day")):
            with clock.held_at(day):
                for event in events:
                    event.act()
                    _do_later_work()


def _events() -> Iterator[Event]:
    yield Event(PEOPLE_SINCE, _register_places)
    yield Event(PEOPLE_SINCE, _invite_people)
    yield Event(PEOPLE_SINCE, _name_contacts)
    for network in (*NETWORKS, HUMBER):
        yield Event(network.since, partial(_found, network))
        yield from (Event(day, partial(_tell_memberships, network, day)) for day in network.days_told())
    yield Event(LISTS_TOLD, _set_list_sizes)
    yield Event(DRAFTED, _propose_definition)
    yield Event(RELEASED, _confirm_definition)
    yield from (Event(OFFERED, partial(_offer, network)) for network in NETWORKS)
    for month_end in month_ends(PAID_FROM, PAID_UNTIL):
        yield from _events_of_month(month_end)
    yield from weight_management.events()
    yield from closed_practice.events()


def _events_of_month(month_end: date) -> Iterator[Event]:
    """Worked out on the 1st, approved on the 2nd, finance-approved on the 3rd; Utsire's October is left to approve."""
    approved = [network for network in NETWORKS if network is not UTSIRE or month_end < LEFT_TO_APPROVE_FROM]
    yield Event(month_end + DAY, partial(_calculate, month_end))
    yield Event(month_end + 2 * DAY, partial(_approve, month_end, approved))
    yield Event(month_end + 3 * DAY, partial(_give_finance_approval, month_end))


def _register_places() -> None:
    Organisation.objects.bulk_create(
        Organisation(code=place.code, name=place.name, kind=place.kind, postcode=place.postcode) for place in PLACES
    )
    for commissioner in COMMISSIONERS:
        organisations.set_parent(organisation(commissioner.code), organisation(REGION.code), PARENTS_SINCE, by=SYSTEM)
    for practice in EVERY_PRACTICE:
        parent = organisation(parent_of(practice).code)
        organisations.set_parent(organisation(practice.code), parent, PARENTS_SINCE, by=SYSTEM)


def _invite_people() -> None:
    users = [_invite(person) for person in PEOPLE]
    set_training_password(users, PASSWORD, by=SYSTEM)
    set_training_second_factor([user for user in users if needs_second_factor(user)], by=SYSTEM)


def _invite(person: Person) -> User:
    here = organisation(person.organisation)
    known = User.objects.filter(email=person.email).first()
    user = known or invite_user(person.email, person.name, to=here, by=SYSTEM)
    for role in person.roles:
        grant_role(user, here, role, limits=Limits(pounds=person.limit), by=SYSTEM)
    return user


def _name_contacts() -> None:
    """Each practice and network is reached through its manager."""
    for role, people in (
        ("Practice manager", (*AT_PRACTICES, *AT_HUMBER_PRACTICES)), ("PCN manager", (*AT_NETWORKS, AT_HUMBER)),
    ):  # fmt: skip
        for person in people:
            details = organisations.Details(person.name, role, email=person.email)
            organisations.add_contact(organisation(person.organisation), details, by=SYSTEM)


def _found(network: Network) -> None:
    here = organisation(network.place.code)
    organisations.set_lead(here, organisation(network.lead), network.since, by=SYSTEM)
    organisations.nominate_payee(here, organisation(network.payee), network.since, by=SYSTEM)


def _tell_memberships(network: Network, day: date) -> None:
    """Record what was known of the network's memberships on a day."""
    network_id = organisation(network.place.code).pk
    known = network.known_on(day)
    spells = {
        (organisation(practice).pk, network_id): [Spell(start, end) for start, end in dates]
        for practice, dates in known.items()
    }
    organisations.correct_memberships(spells, by=SYSTEM)


def _set_list_sizes() -> None:
    sizes: dict[Organisation | int, Decimal | int | None] = {organisation(code): size for code, size in LISTS.items()}
    organisations.set_list_sizes(ListKind.CRP, LISTS_AS_AT, sizes, by=SYSTEM)


def _propose_definition() -> None:
    source = Path(settings.BASE_DIR) / "catalogue" / "definitions" / DEFINITION
    loaded = catalogue.load_definition(source, by=acting(NADIA))
    catalogue.propose_release(loaded.version_id, by=acting(NADIA))


def _confirm_definition() -> None:
    catalogue.confirm_release(ServiceVersion.objects.get(service__code=CODE).pk, by=acting(OWEN))


def _offer(network: Network) -> None:
    participation.offer_to_networks(
        QualityService.objects.get(code=CODE).pk,
        [organisation(network.place.code).pk],
        PAID_FROM,
        network.offered_until,
        by=acting(DILYS),
    )


def _calculate(month_end: date) -> None:
    networks = Organisation.objects.networks().values_list("pk", flat=True)
    achievements.calculate_achievements(by=SYSTEM, networks=list(networks), dates=[month_end])


def _approve(month_end: date, networks: Collection[Network]) -> None:
    codes = [network.place.code for network in networks]
    lines = Achievement.objects.in_state(State.AWAITING_COMMISSIONER).filter(achievement_date=month_end)
    seen = [Seen(*row) for row in lines.filter(network__code__in=codes).values_list("pk", "version")]
    achievements.approve_achievements(seen, by=acting(BRAM))


def _give_finance_approval(month_end: date) -> None:
    totals = NetworkAchievement.objects.in_state(State.AGGREGATED).filter(achievement_date=month_end)
    totals = totals.filter(commissioner__code=BISCAY.code)
    seen = [Seen(*row) for row in totals.values_list("pk", "version")]
    achievements.give_finance_approval(seen, by=acting(CLEO))


def _do_later_work() -> None:
    """What a worker would do: here, so that each day ends with its networks aggregated. E-mails go to nobody."""
    to_do = OutboxMessage.objects.filter(done_at=None)
    for message in list(to_do.exclude(task=SEND).order_by("pk")):
        deliver(message.pk)
    to_do.filter(task=SEND).update(done_at=clock.now())
