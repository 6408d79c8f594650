"""What joiners and movers of the training data are tried with."""

from __future__ import annotations

from datetime import date

from core.actors import SYSTEM
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.commands import Spell, correct_memberships
from organisations.models import Organisation
from participation.commands import JoinerOffer
from participation.queries.joiners import joinings

REJOINED, MOVED, MARCH = date(2021, 9, 16), date(2021, 11, 1), date(2022, 3, 31)
SUMMER_2019 = date(2019, 7, 1)


def place(code):
    return Organisation.objects.get(code=code)


def found(*codes, practices=None):
    return joinings([place(code).pk for code in codes], practices and [place(code).pk for code in practices])


def as_proposed(*found):
    return [
        JoinerOffer(joining.network.pk, joining.practice.pk, each.service.pk, each.start_date, each.end_date)
        for joining in found
        for each in joining.missing
    ]


def hanging(*found):
    return [each.seen for joining in found for each in joining.hanging]


def spell(practice, network, *spells):
    correct_memberships({(place(practice).pk, place(network).pk): [Spell(*each) for each in spells]}, by=SYSTEM)


def do_later_work():
    for message in OutboxMessage.objects.filter(done_at=None).order_by("pk"):
        deliver(message.pk)
