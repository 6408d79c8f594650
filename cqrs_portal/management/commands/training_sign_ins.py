from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cqrs_portal.training.people import PASSWORD, PEOPLE, Person
from cqrs_portal.training.places import PLACES


class Command(BaseCommand):
    help = "Print one sign-in for each role and organisation of the training data."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TRAINING:
            raise CommandError("Only a training portal has sign-ins to print.")
        self.stdout.write("\n".join(_lines()))


def _lines() -> Iterator[str]:
    """Organisation by organisation: address, name and roles."""
    width = max(len(person.email) for person in PEOPLE)
    yield f"Sign in with any of these addresses and the password: {PASSWORD}"
    yield "Approvers and administrators are asked for a code, too: in training it is filled in, just go on."
    for place in PLACES:
        people = [person for person in PEOPLE if person.organisation == place.code]
        if people:
            yield f"\n{place.name} ({place.code})"
            yield from (_line(person, width) for person in people)


def _line(person: Person, width: int) -> str:
    return f"  {person.email:<{width}}  {person.name}: {', '.join(role.label for role in person.roles)}"
