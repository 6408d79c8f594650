"""Another payee for Utsire: proposed, and what was mailed about it."""

from __future__ import annotations

from datetime import date

from core.transitions import Seen
from operations.models import OutboxMessage
from operations.notifications import SEND
from organisations import commands
from organisations.commands import Nomination
from organisations.models import PayeeProposal

JANUARY, MARCH_END = date(2022, 1, 1), date(2022, 3, 31)


def portland_for(world, start=JANUARY, end=None):
    return Nomination(world.network, world.practices[0].code, start, end)


def proposed(nomination, by) -> PayeeProposal:
    made = commands.propose_payee(nomination, "The PCN has asked for it.", by=by)
    return PayeeProposal.objects.get(pk=made.proposal_id)


def seen(proposal) -> Seen:
    return Seen(proposal.pk, proposal.version)


def mails() -> list[dict[str, str]]:
    return [message.keys for message in OutboxMessage.objects.filter(task=SEND).order_by("pk")]
