"""People who act while the portal is under fire, and a ledger of what they were told.

`python -m tests.under_fire.people WORLD LEDGER NUMBER SEED` has one person at each desk act, each in a thread with a
connection of its own, until the file LEDGER.stop appears. Before an act its intention is written down, afterwards the
answer: acknowledged, refused, or unknown where the answer was lost with the server.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import DatabaseError, InterfaceError, OperationalError, connection  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.rules import Acting  # noqa: E402
from achievement import commands as achievement  # noqa: E402
from achievement.models import Achievement, NetworkAchievement  # noqa: E402
from achievement.states import State  # noqa: E402
from celery import current_app  # noqa: E402
from core.errors import PortalError  # noqa: E402
from core.transitions import Seen  # noqa: E402
from operations.models import OutboxMessage  # noqa: E402
from organisations.commands import Spell, correct_memberships, set_list_sizes  # noqa: E402
from organisations.models import ListKind, Organisation  # noqa: E402
from participation.commands import save_end_date  # noqa: E402
from participation.models import Participation  # noqa: E402
from participation.states import COVERING  # noqa: E402
from tests.under_fire.world import FIRST_DAY, LIST_DATE  # noqa: E402

LET_GO = {"40P01": "deadlock", "55P03": "lock timeout"}
"""Codes with which the server says for certain that nothing was done."""

LOST = (DatabaseError, InterfaceError)

Answer = dict[str, Any]
Act = Callable[[str], Answer]


class Ledger:
    """What was intended and what was answered, one line of JSON each, in the order they happened here."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number
        self.stop = path.with_suffix(".stop")
        self._alone, self._acts = threading.Lock(), 0

    def __enter__(self) -> Ledger:
        self._file = self.path.open("a")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def name(self) -> str:
        """The name of a new act; its number is this act's alone."""
        with self._alone:
            self._acts += 1
            return f"act {self.number}-{self._acts}"

    def write(self, **line: Any) -> None:
        with self._alone:
            self._file.write(json.dumps(line, default=str) + "\n")
            self._file.flush()


class Person:
    """One desk: whoever sits there looks, chooses by chance, and acts."""

    def __init__(self, world: dict[str, Any], ledger: Ledger, chosen: random.Random) -> None:
        self.world, self.ledger, self.chosen = world, ledger, chosen
        self.networks = {int(id): led for id, led in world["networks"].items()}

    def acts(self) -> Iterator[tuple[str, Act]]:
        """Acts to choose from, each with its name; chosen anew each time."""
        raise NotImplementedError

    def work(self) -> None:
        """Act until told to stop."""
        while not self.ledger.stop.exists():
            try:
                acts = list(self.acts())
                if acts:
                    self.do(*self.chosen.choice(acts))
            except LOST:
                pass  # it was only looking, or its answer stands in the ledger: it comes back in a moment
            connection.close_if_unusable_or_obsolete()
            time.sleep(self.chosen.uniform(0.02, 0.4))
        connection.close()

    def do(self, kind: str, act: Act) -> None:
        """One act, with its intention before and the answer after it."""
        name = self.ledger.name()
        self.ledger.write(act=name, kind=kind, answer="intended")
        try:
            told = act(name)
        except PortalError as error:
            self.ledger.write(act=name, kind=kind, answer="refused", why=type(error).__name__, said=str(error))
        except LOST as error:
            self._answer_lost(name, kind, error)
            raise
        except Exception:
            self.ledger.write(act=name, kind=kind, answer="failed", why=traceback.format_exc())
        else:
            self.ledger.write(act=name, kind=kind, answer="acknowledged", **told)

    def _answer_lost(self, name: str, kind: str, error: Exception) -> None:
        code = getattr(error.__cause__, "pgcode", None)
        if code in LET_GO:
            self.ledger.write(act=name, kind=kind, answer="refused", why=LET_GO[code])
        elif isinstance(error, OperationalError | InterfaceError):
            self.ledger.write(act=name, kind=kind, answer="unknown", why=str(error))
        else:
            self.ledger.write(act=name, kind=kind, answer="failed", why=traceback.format_exc())

    def network(self) -> tuple[int, int]:
        """Some network and its commissioner."""
        network = self.chosen.choice(list(self.networks))
        return network, self.networks[network]["commissioner"]

    def acting(self, role: str, organisation: int) -> Acting:
        user = self.chosen.choice(self.world[role][str(organisation)])
        return Acting(User.objects.get(pk=user), Organisation.objects.get(pk=organisation))

    def seen(self, rows: Any, at_most: int) -> list[Seen]:
        """Some of these rows as they stand now."""
        found = [Seen(*row) for row in rows.order_by("pk").values_list("pk", "version")]
        return self.chosen.sample(found, min(len(found), self.chosen.randint(1, at_most)))


class Approver(Person):
    """Approves, takes back, rejects, and lifts what is held."""

    def acts(self) -> Iterator[tuple[str, Act]]:
        network, commissioner = self.network()
        by = self.acting("approvers", commissioner)
        for kind, state, at_most, command in (
            ("approve", State.AWAITING_COMMISSIONER, 60, achievement.approve_achievements),
            ("approve", State.AWAITING_COMMISSIONER, 5, achievement.approve_achievements),
            ("undo", State.AWAITING_NETWORK, 3, achievement.undo_approval),
            ("reject", State.AWAITING_COMMISSIONER, 2, achievement.reject_achievements),
            ("lift", State.HELD, 5, achievement.lift_hold),
        ):
            seen = self.seen(Achievement.objects.in_state(state).filter(network=network), at_most)
            if seen:
                yield kind, _command(command, seen, by)


class Financier(Person):
    """Gives finance approval now and then, and returns totals more often: what is returned can be approved again."""

    def acts(self) -> Iterator[tuple[str, Act]]:
        network, commissioner = self.network()
        by = self.acting("finance", commissioner)
        totals = NetworkAchievement.objects.in_state(State.AGGREGATED).filter(network=network)
        seen = self.seen(totals, 2)
        if seen:
            yield "return total", _command(achievement.return_network_achievements, seen, by)
            yield "return total", _command(achievement.return_network_achievements, seen, by)
            yield "complete total", _command(achievement.give_finance_approval, seen, by)


def _command(command: Callable[..., Any], seen: Collection[Seen], by: Acting) -> Act:
    """An approval or a way back, with the act's name as its note."""
    return lambda name: {"ids": sorted(command(seen, by=by, note=name).ids), "user": by.user_id}


class Commissioner(Person):
    """Saves end dates, and moves them back to the end of the service."""

    def acts(self) -> Iterator[tuple[str, Act]]:
        network, commissioner = self.network()
        by = self.acting("commissioning", commissioner)
        rows = Participation.objects.in_state(*COVERING).filter(network=network)
        seen = self.seen(rows, 1)
        days = [date(2020, 8, 31) + timedelta(self.chosen.randrange(400)), date(2022, 3, 31), date(2022, 3, 31)]
        for day in days if seen else ():
            yield "end date", lambda name, day=day: self._end(seen, day, name, by)

    def _end(self, seen: list[Seen], day: date, name: str, by: Acting) -> Answer:
        return {"ids": sorted(save_end_date(seen, day, name, by=by).ids), "user": by.user_id, "day": day}


class ReferenceData(Person):
    """Corrects list sizes and memberships as the Organisation Data Service does; of its own practices alone.

    No two corrections say the same: every size and every day of moving names its act.
    """

    def __init__(self, world: dict[str, Any], ledger: Ledger, chosen: random.Random) -> None:
        super().__init__(world, ledger, chosen)
        self.homes = {
            practice: network
            for network, led in self.networks.items()
            for practice in led["practices"]
            if practice % 2 == ledger.number % 2
        }
        self.away: dict[int, int] = {}
        self.told = 0

    def acts(self) -> Iterator[tuple[str, Act]]:
        (operator,) = self.world["reference"]
        by = self.acting("reference", int(operator))
        practice = self.chosen.choice(list(self.homes))
        yield "list size", lambda name: self._size(practice, by)
        if practice not in self.away:
            yield "move", lambda name: self._move(practice, by)
        if self.away:
            yield "move back", lambda name: self._back(self.chosen.choice(list(self.away)), by)

    def _size(self, practice: int, by: Acting) -> Answer:
        self.told += 1
        size = 30_000 + 2 * self.told + self.ledger.number % 2
        set_list_sizes(ListKind.CRP, LIST_DATE, {practice: Decimal(size)}, by=by)
        return {"practice": practice, "size": size}

    def _move(self, practice: int, by: Acting) -> Answer:
        self.told += 1
        home, day = self.homes[practice], date(2020, 6, 1) + timedelta(self.told % 280)
        other = self.chosen.choice([network for network in self.networks if network != home])
        self.away[practice] = other
        spells = {(practice, home): [Spell(FIRST_DAY, day)], (practice, other): [Spell(day + timedelta(1))]}
        correct_memberships(spells, by=by)
        return {"practice": practice, "network": other, "day": day + timedelta(1)}

    def _back(self, practice: int, by: Acting) -> Answer:
        home, other = self.homes[practice], self.away[practice]
        correct_memberships({(practice, home): [Spell(FIRST_DAY)], (practice, other): []}, by=by)
        del self.away[practice]
        return {"practice": practice, "network": home}


class Operations(Person):
    """Starts a run by hand, every few seconds."""

    def acts(self) -> Iterator[tuple[str, Act]]:
        time.sleep(self.chosen.uniform(2, 6))
        (operator,) = self.world["operations"]
        by = self.acting("operations", int(operator))
        yield "run", lambda name: {"run": achievement.start_overnight_run(by=by).pk}


class Postman(Person):
    """Delivers messages again and again, done or not, several times at once: what a broker may do, at its worst."""

    AT_MOST = 60

    def acts(self) -> Iterator[tuple[str, Act]]:
        yield "delivery", self._again

    def do(self, kind: str, act: Act) -> None:
        act("")

    def _again(self, name: str) -> Answer:
        to_do = list(OutboxMessage.objects.filter(done_at=None).values_list("pk", flat=True)[: self.AT_MOST])
        done = list(OutboxMessage.objects.exclude(done_at=None).order_by("-pk").values_list("pk", flat=True)[:20])
        again = self.chosen.sample(to_do, min(6, len(to_do))) + self.chosen.sample(done, min(1, len(done)))
        for message in again * self.chosen.randint(2, 4):
            try:
                current_app.send_task("operations.deliver", args=[message], retry=False)
            except Exception:
                break  # the broker is away
        return {}


DESKS: tuple[type[Person], ...] = (
    Approver, Approver, Approver, Financier, Commissioner, ReferenceData, Operations, Postman,
)  # fmt: skip


def sit_down(world: dict[str, Any], ledger: Ledger, seed: int) -> None:
    """One person at each desk, until the ledger is told to stop."""
    desks = [desk(world, ledger, random.Random(f"{seed} {n}")) for n, desk in enumerate(DESKS)]
    threads = [threading.Thread(target=desk.work, name=type(desk).__name__) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    from cqrs_portal.celery import app  # noqa: F401  # the current app of send_task

    _world, _path, _number, _seed = sys.argv[1:]
    with Ledger(Path(_path), int(_number)) as _ledger:
        sit_down(json.loads(Path(_world).read_text()), _ledger, int(_seed))
