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
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import django

if __name__ == "__main__":
    django.setup()

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from accounts.models import User
from accounts.rules import Acting
from achievement import commands as achievement
from achievement.models import Achievement, NetworkAchievement, NilSettlement
from achievement.queries.nil import NilLine
from achievement.states import NilState, State
from core.errors import PortalError
from core.transitions import Seen
from operations.models import OutboxMessage
from organisations.commands import Spell, correct_memberships, set_list_sizes
from organisations.models import ListKind, Organisation
from participation.commands import save_end_date
from participation.models import Participation
from participation.states import COVERING
from tests.under_fire.ledger import Ledger
from tests.under_fire.world import FIRST_DAY, LIST_DATE

LET_GO = {"40P01": "deadlock", "55P03": "lock timeout"}
"""Codes with which the server says for certain that nothing was done."""

GOING_DOWN = ("08", "57P")
"""Codes with which it says that it goes or is not there yet; without any code, it is not there."""

LOST = (DatabaseError, InterfaceError)
THE_LAST_DAY = date(2022, 3, 31)

Answer = dict[str, Any]


class Choice(NamedTuple):
    """Something a person may do now: what it is called, what does it under the act's name, and what it is about."""

    kind: str
    act: Callable[[str], Answer]
    about: Answer


class Person:
    """One desk: whoever sits there looks, chooses by chance, and acts."""

    def __init__(self, world: dict[str, Any], ledger: Ledger, chosen: random.Random) -> None:
        self.world, self.ledger, self.chosen = world, ledger, chosen
        self.networks = {int(id): led for id, led in world["networks"].items()}

    def acts(self) -> Iterator[Choice]:
        """What there is to choose from now."""
        raise NotImplementedError

    def work(self) -> None:
        """Act until told to stop."""
        while not self.ledger.stop.exists():
            try:
                acts = list(self.acts())
                if acts:
                    self.do(self.chosen.choice(acts))
            except LOST:
                pass  # it was only looking, or its answer stands in the ledger: it comes back in a moment
            connection.close_if_unusable_or_obsolete()
            time.sleep(self.chosen.uniform(0.02, 0.4))
        connection.close()

    def do(self, chosen: Choice) -> None:
        """One act, with its intention before and the answer after it."""
        name = self.ledger.name()
        say = partial(self.ledger.write, act=name, kind=chosen.kind, **chosen.about)
        say(answer="intended")
        try:
            told = chosen.act(name)
        except PortalError as error:
            say(answer="refused", why=type(error).__name__, said=str(error))
        except LOST as error:
            say(**_without_answer(error))
            raise
        except Exception:
            say(answer="failed", why=traceback.format_exc())
        else:
            say(answer="acknowledged", **told)

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


def _without_answer(error: Exception) -> Answer:
    """What is known of an act that the database did not carry out, or did without being able to say so."""
    code = getattr(error.__cause__, "pgcode", None)
    if code in LET_GO:
        return {"answer": "refused", "why": LET_GO[code]}
    if code is None or code.startswith(GOING_DOWN):
        return {"answer": "unknown", "why": str(error)}
    return {"answer": "failed", "why": traceback.format_exc()}


class Approver(Person):
    """Approves, takes back, rejects, and lifts what is held."""

    def acts(self) -> Iterator[Choice]:
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
                yield _on_rows(kind, command, seen, by)


class Settler(Person):
    """Proposes to settle lines as nil, confirms or declines what somebody else proposed, and lifts what is settled."""

    def acts(self) -> Iterator[Choice]:
        network, commissioner = self.network()
        by = self.acting("approvers", commissioner)
        waiting = Achievement.objects.in_state(State.AWAITING_COMMISSIONER, State.HELD).filter(network=network)
        lines = list(waiting.select_related("service", "network", "provider").order_by("pk")[:5])
        if lines:
            yield self._propose(self.chosen.choice(lines), by)
        for row in self._some(NilState.PROPOSED):
            seen, by = Seen(row.pk, row.version), self.acting("approvers", row.commissioner_id)
            yield self._confirm(seen, by)
            yield self._confirm(seen, by)
            yield _on_settlement("decline nil", achievement.decline_nil, seen, by)
        for row in self._some(NilState.SETTLED):
            by = self.acting("approvers", row.commissioner_id)
            yield _on_settlement("lift nil", achievement.lift_nil, Seen(row.pk, row.version), by)

    def _some(self, state: NilState) -> list[NilSettlement]:
        """One settlement in this state, of whichever network; none where there is none."""
        rows = list(NilSettlement.objects.filter(state=state).order_by("pk"))
        return [self.chosen.choice(rows)] if rows else []

    def _propose(self, row: Achievement, by: Acting) -> Choice:
        line = NilLine(row.service, row.network, row.achievement_date, row.provider)

        def act(name: str) -> Answer:
            return {"ids": [achievement.propose_nil(line, name, by=by).settlement_id]}

        return Choice("propose nil", act, {"user": by.user_id})

    def _confirm(self, seen: Seen, by: Acting) -> Choice:
        def act(name: str) -> Answer:
            achievement.confirm_nil(seen, by=by)
            return {}

        return Choice("confirm nil", act, {"user": by.user_id, "settlement": seen.id})


def _on_settlement(kind: str, command: Callable[..., Any], seen: Seen, by: Acting) -> Choice:
    """A way back from a settlement, with the act's name as its reason."""

    def act(name: str) -> Answer:
        command(seen, name, by=by)
        return {"ids": [seen.id]}

    return Choice(kind, act, {"user": by.user_id})


class Financier(Person):
    """Gives finance approval now and then, and returns totals more often: what is returned can be approved again."""

    def acts(self) -> Iterator[Choice]:
        network, commissioner = self.network()
        by = self.acting("finance", commissioner)
        totals = NetworkAchievement.objects.in_state(State.AGGREGATED).filter(network=network)
        seen = self.seen(totals, 2)
        if seen:
            yield _on_rows("return total", achievement.return_network_achievements, seen, by)
            yield _on_rows("return total", achievement.return_network_achievements, seen, by)
            yield _on_rows("complete total", achievement.give_finance_approval, seen, by)


def _on_rows(kind: str, command: Callable[..., Any], seen: Collection[Seen], by: Acting) -> Choice:
    """An approval or a way back, with the act's name as its note."""
    return Choice(kind, lambda name: {"ids": sorted(command(seen, by=by, note=name).ids)}, {"user": by.user_id})


class Commissioner(Person):
    """Saves end dates, and moves them back to the end of the service."""

    def acts(self) -> Iterator[Choice]:
        network, commissioner = self.network()
        by = self.acting("commissioning", commissioner)
        rows = Participation.objects.in_state(*COVERING).filter(network=network)
        seen = self.seen(rows, 1)
        earlier = date(2020, 8, 31) + timedelta(self.chosen.randrange(400))
        day = self.chosen.choice([earlier, THE_LAST_DAY, THE_LAST_DAY])
        if seen:
            save = partial(save_end_date, seen, day, by=by)
            yield Choice("end date", lambda name: {"ids": sorted(save(reason=name).ids)}, {"day": day})


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

    def acts(self) -> Iterator[Choice]:
        (operator,) = self.world["reference"]
        by = self.acting("reference", int(operator))
        practice = self.chosen.choice(list(self.homes))
        self.told += 1
        yield self._size(practice, by)
        yield self._back(self.chosen.choice(list(self.away)), by) if self.away else self._move(practice, by)
        if practice not in self.away:
            yield self._move(practice, by)

    def _size(self, practice: int, by: Acting) -> Choice:
        size = 30_000 + 2 * self.told + self.ledger.number % 2

        def act(name: str) -> Answer:
            set_list_sizes(ListKind.CRP, LIST_DATE, {practice: Decimal(size)}, by=by)
            return {}

        return Choice("list size", act, {"practice": practice, "size": size})

    def _move(self, practice: int, by: Acting) -> Choice:
        home, day = self.homes[practice], date(2020, 6, 1) + timedelta(self.told % 280)
        other = self.chosen.choice([network for network in self.networks if network != home])

        def act(name: str) -> Answer:
            self.away[practice] = other
            spells = {(practice, home): [Spell(FIRST_DAY, day)], (practice, other): [Spell(day + timedelta(1))]}
            correct_memberships(spells, by=by)
            return {}

        held = [[home, FIRST_DAY, day + timedelta(1)], [other, day + timedelta(1), None]]
        return Choice("move", act, {"practice": practice, "held": held})

    def _back(self, practice: int, by: Acting) -> Choice:
        home, other = self.homes[practice], self.away[practice]

        def act(name: str) -> Answer:
            correct_memberships({(practice, home): [Spell(FIRST_DAY)], (practice, other): []}, by=by)
            del self.away[practice]
            return {}

        return Choice("move back", act, {"practice": practice, "held": [[home, FIRST_DAY, None]]})


class Operations(Person):
    """Starts a run by hand, every few seconds."""

    def acts(self) -> Iterator[Choice]:
        time.sleep(self.chosen.uniform(2, 6))
        (operator,) = self.world["operations"]
        by = self.acting("operations", int(operator))
        yield Choice("run", lambda name: {"run": achievement.start_overnight_run(by=by).pk}, {})


class Postman(Person):
    """Delivers messages again and again, done or not, several times at once: what a broker may do, at its worst."""

    AT_MOST, ON_THEIR_WAY = 60, 40

    def acts(self) -> Iterator[Choice]:
        """Nothing while many are on their way: what is to be tried is the same message at once, not a long queue."""
        with suppress(redis.RedisError), redis.Redis.from_url(settings.REDIS_URL) as broker:
            if broker.llen(settings.CELERY_TASK_DEFAULT_QUEUE) < self.ON_THEIR_WAY:
                yield Choice("delivery", self._again, {})

    def do(self, chosen: Choice) -> None:
        chosen.act("")

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
    Approver, Approver, Approver, Settler, Financier, Commissioner, ReferenceData, Operations, Postman,
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
