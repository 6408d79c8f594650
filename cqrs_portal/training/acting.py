"""Who and what the training data speaks of, found by name in the database."""

from __future__ import annotations

from accounts.models import User
from accounts.queries import acting_for
from accounts.rules import Acting
from cqrs_portal.training.people import Person
from organisations.models import Organisation


def organisation(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def acting(person: Person) -> Acting:
    """The person acting for the organisation they are of."""
    return acting_for(User.objects.get(email=person.email), organisation(person.organisation).pk)
