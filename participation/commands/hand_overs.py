"""Offers pass to whoever leads their network now, as open achievements do (ADR 0014)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from core import clock
from core.actors import Actor
from core.changes import Effect
from core.commands import command
from core.locking import lock_ids
from organisations.models import Organisation
from participation.states import OPEN
from ui.wording import count


@command
def take_over_offers(network_ids: Collection[int], *, by: Actor) -> list[Effect]:
    """Offers of these networks that stand are from now on those of the commissioning organisation that leads them: it
    approves, ends and cancels them. Who made them stays in their history; passing on is no move, and counts no version.
    """
    lock_ids(Organisation, network_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE participation_participation p SET commissioner_id = l.commissioner_id
               FROM organisations_lead l
               WHERE l.network_id = p.network_id AND upper_inf(l.recorded) AND l.valid @> %s::date
                 AND p.network_id = ANY(%s) AND p.commissioner_id <> l.commissioner_id AND p.state = ANY(%s)""",
            [clock.today(), sorted(network_ids), sorted(OPEN)],
        )
        moved = cursor.rowcount
    return [Effect("offers taken over", f"{count(moved, 'offer')} pass to the new lead.", moved)] if moved else []
