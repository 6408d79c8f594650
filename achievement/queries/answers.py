"""What the API lists and answers of achievements."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from accounts.queries import who_can
from accounts.states import Role
from achievement.models import Achievement, NetworkAchievement
from achievement.queries.lists import keys_of, network_names
from achievement.queries.readiness import readiness_of
from achievement.rules import networks_visible_to, visible_to
from core.actors import Actor
from organisations.models import Organisation


def achievements_for(by: Actor) -> QuerySet[Achievement]:
    """The lines and practice-paid achievements that somebody may see, with all that a row needs to show itself."""
    return Achievement.objects.filter(visible_to(by)).select_related(
        "service", "provider", "network", "commissioner", "service_version", "list_size", "network_achievement"
    )


def network_achievements_for(by: Actor) -> QuerySet[NetworkAchievement]:
    """The versions of network totals that somebody may see."""
    seen = NetworkAchievement.objects.filter(networks_visible_to(by))
    return seen.select_related("service", "network", "commissioner")


def who_can_act(role: Role, ids: Collection[int], *, totals: bool) -> list[str]:
    """Who could act on these rows instead, in sentences: the holders of a role in the organisations that act on them,
    the service provider for a declaration, else the commissioning organisation."""
    model = NetworkAchievement if totals else Achievement
    at = "provider_id" if role == Role.DECLARATION_MANAGEMENT else "commissioner_id"
    acting = model._default_manager.filter(pk__in=ids).order_by().values_list(at, flat=True)
    organisations = Organisation.objects.filter(pk__in=set(acting)).order_by("name")
    return [sentence for each in organisations for sentence in who_can(role, each)]


def networks_completed(ids: Collection[int]) -> list[str]:
    """The names of the networks of these lines that wait for nobody now: they are aggregated by themselves."""
    ready = [network for (_service, _day, network), each in readiness_of(keys_of(ids)).items() if each.is_complete]
    return sorted(network_names(ready).values())
