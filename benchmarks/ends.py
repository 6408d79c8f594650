"""Bar 13: what an end date and a cancellation of one service in fifty networks would change, before they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from statistics import median

from accounts.rules import Acting
from accounts.states import Role
from benchmarks.databases import inside
from benchmarks.england import NETWORKS_FROM, England
from benchmarks.measuring import execute, profile_of, queries_of, seconds_of
from benchmarks.memory import Watch
from benchmarks.people import person
from benchmarks.registry import Figure, measures
from core.transitions import Seen
from participation.commands.ending import Ending
from participation.commands.previews import preview_end
from participation.models import Participation

COMMISSIONER, SERVICE, NETWORKS = 1, 1, 50
"""As many networks as are looked ahead at in the request; above that, a worker does it."""

SECONDS = 2
ENDINGS = {
    "an end date": Ending(date(2021, 10, 31), "The service is handed over."),
    "a cancellation": Ending(None, "It was offered by mistake."),
}


@measures("ends")
def ends(england: England, runs: int) -> Sequence[Figure]:
    """The whole preview: the command, all that follows from it, what is expected of the days to come; rolled back.

    Dearer than in life: the amounts of England's lines are not what its lists pay, so every open line differs.
    """
    with inside(england), _fifty_networks() as seen:
        by = person(Role.COMMISSIONING_MANAGEMENT, COMMISSIONER)
        with Watch() as memory:
            figures = [_figure(what, seen, ending, by, runs) for what, ending in ENDINGS.items()]
        return [*figures, *memory.figures()]


def _figure(what: str, seen: Sequence[Seen], ending: Ending, by: Acting, runs: int) -> Figure:
    def preview() -> object:
        return preview_end(seen, ending, by=by)

    queries = queries_of(preview)
    took = median(seconds_of(preview) for _run in range(runs))
    return Figure(
        f"{what} of {len(seen):,} offers in {NETWORKS} networks, {queries} queries", took, f"< {SECONDS} s",
        took < SECONDS, unit=" s", measured=f"{took:.2f} s", profile=profile_of(preview) if took >= SECONDS else [],
    )  # fmt: skip


@contextmanager
def _fifty_networks() -> Iterator[list[Seen]]:
    """One commissioning organisation offers the service to so many meanwhile; answers its offers."""
    given = execute(
        f"""CREATE TABLE given_over AS SELECT id, commissioner_id FROM participation_participation
            WHERE service_id = {SERVICE} AND network_id BETWEEN {NETWORKS_FROM + 1} AND {NETWORKS_FROM + NETWORKS}"""
    )
    offers = Participation.objects.filter(service=SERVICE, network__lte=NETWORKS_FROM + NETWORKS)
    offers.update(commissioner=COMMISSIONER)
    execute("ANALYZE participation_participation")
    try:
        seen = [Seen(*row) for row in offers.order_by("pk").values_list("pk", "version")]
        assert len(seen) == given, "not the offers that were given over"
        yield seen
    finally:
        execute(
            """UPDATE participation_participation p SET commissioner_id = g.commissioner_id
               FROM given_over g WHERE g.id = p.id"""
        )
        execute("DROP TABLE given_over")
