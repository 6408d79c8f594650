"""Looking ahead: what the real command does, rolled back, with its forecasts; and saved only as it was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from core import previews
from core.actors import SYSTEM
from core.changes import Effect
from core.commands import command, instant
from core.errors import Conflict
from core.locking import lock_ids
from core.previews import LookAgain, WorldMoved, do_as_seen, foreseen, look_ahead, save_as_seen, token_of
from operations.commands import after_commit
from operations.models import OutboxMessage
from organisations.commands import set_list_sizes
from organisations.models import ListKind, ListSize, Organisation
from tests.factories.organisations import ListSizeFactory, PracticeFactory

JANUARY = date(2021, 1, 1)


@dataclass(frozen=True)
class Somebody:
    user_id: int
    organisation_id: int = 1
    name: str = "Ada Marsh"
    is_system: bool = False

    def roles(self):
        return frozenset()


ADA, BRAM = Somebody(1), Somebody(2)


@pytest.fixture
def practice(db):
    practice = PracticeFactory.create()
    ListSizeFactory.create(organisation=practice, size=1_000)
    return practice


def size_of(practice):
    return ListSize.objects.known().get(organisation=practice).size


def correct(practice, size):
    return lambda: set_list_sizes(ListKind.CRP, JANUARY, {practice.pk: size}, by=SYSTEM)


def says(corrected):
    """How many beliefs it closes: what depends on the world as it is."""
    return [f"{corrected.recorded.closed} closed, {corrected.recorded.written} written."]


def token_for(practice):
    return token_of(foreseen(says(look_ahead(correct(practice, 2_000)).answer)), "lists", ADA)


def test_a_command_is_run_for_its_answer_and_nothing_of_it_is_kept(practice):
    ahead = look_ahead(correct(practice, 2_000))

    assert says(ahead.answer) == ["1 closed, 1 written."]
    assert size_of(practice) == 1_000


def test_what_it_asks_of_workers_is_not_asked(practice):
    @command
    def ask(*, by):
        after_commit("operations.nothing", {})
        return "asked"

    look_ahead(lambda: ask(by=SYSTEM))

    assert not OutboxMessage.objects.filter(task="operations.nothing").exists()


def test_what_it_refuses_is_refused(practice):
    with pytest.raises(Exception, match="below nought"):
        look_ahead(correct(practice, -1))


def test_within_another_command_it_leaves_the_others_instant_and_rows_alone(practice):
    @command
    def both(*, by):
        before = instant()
        look_ahead(correct(practice, 2_000))
        corrected = correct(practice, 3_000)()
        return before, instant(), corrected

    before, after, corrected = both(by=SYSTEM)

    assert before == after
    assert (corrected.recorded.closed, size_of(practice)) == (1, 3_000)


def test_it_is_saved_where_it_does_what_was_seen(practice):
    token = token_for(practice)

    do_as_seen(correct(practice, 2_000), says, token, "lists", ADA)

    assert size_of(practice) == 2_000


def test_where_the_world_has_moved_nothing_is_saved_and_the_difference_is_said(practice):
    token = token_for(practice)
    correct(practice, 2_000)()

    with pytest.raises(WorldMoved) as raised:
        do_as_seen(correct(practice, 2_000), says, token, "lists", ADA)

    assert raised.value.difference.gone == ("1 closed, 1 written.",)
    assert raised.value.difference.new == ("0 closed, 0 written.",)
    assert raised.value.status == 409


def test_what_would_be_saved_after_all_is_rolled_back_where_the_world_has_moved(practice):
    token = token_for(practice)
    correct(practice, None)()

    with pytest.raises(WorldMoved):
        do_as_seen(correct(practice, 2_000), says, token, "lists", ADA)

    assert not ListSize.objects.known().filter(organisation=practice).exists()


def test_without_a_token_it_is_saved_as_it_comes(practice):
    do_as_seen(correct(practice, 2_000), says, "", "lists", ADA)

    assert size_of(practice) == 2_000


def test_what_nobody_looked_at_is_not_saved(practice):
    with pytest.raises(LookAgain, match="Look at what would change first"):
        save_as_seen(correct(practice, 2_000), says, "", "lists", ADA)

    assert size_of(practice) == 1_000


def test_where_something_else_is_expected_by_now_nothing_is_saved_and_the_difference_is_said(practice, monkeypatch):
    to_come = {"sum": Decimal(50)}
    monkeypatch.setattr(previews, "_forecasts", [(lambda changes: dict(to_come), _worded)])
    token = token_of(look_ahead(correct(practice, 2_000)).seen(says), "lists", ADA)
    to_come["sum"] = Decimal(60)

    with pytest.raises(WorldMoved) as raised:
        save_as_seen(correct(practice, 2_000), says, token, "lists", ADA)

    assert (raised.value.difference.gone, raised.value.difference.new) == (("50 expected.",), ("60 expected.",))
    assert size_of(practice) == 1_000


def test_where_the_same_is_expected_it_is_saved(practice, monkeypatch):
    monkeypatch.setattr(previews, "_forecasts", [(lambda changes: {"sum": Decimal(50)}, _worded)])
    token = token_of(look_ahead(correct(practice, 2_000)).seen(says), "lists", ADA)

    save_as_seen(correct(practice, 2_000), says, token, "lists", ADA)

    assert size_of(practice) == 2_000


def _worded(before, after):
    return [Effect("expected", f"{after['sum']} expected.")]


@pytest.mark.parametrize(
    ("purpose", "by"), [("lists", BRAM), ("offers", ADA), ("lists", Somebody(1, organisation_id=2))]
)
def test_a_token_holds_for_one_purpose_and_one_person_acting_for_one_organisation(practice, purpose, by):
    token = token_for(practice)

    with pytest.raises(Conflict, match="could not be read"):
        do_as_seen(correct(practice, 2_000), says, token, purpose, by)

    assert size_of(practice) == 1_000


def test_a_forecast_is_taken_before_and_after(practice, monkeypatch):
    monkeypatch.setattr(previews, "_forecasts", [])
    heard = []

    def measure(changes):
        heard.append([type(change).__name__ for change in changes])
        return {"size": size_of(practice)}

    def compare(before, after):
        return [Effect("expected", f"{before['size']:.0f} becomes {after['size']:.0f}.")]

    previews.forecast(measure, compare)

    ahead = look_ahead(correct(practice, 2_000))

    assert [effect.sentence for effect in ahead.expected] == ["1000 becomes 2000."]
    assert heard == [["ListSizesCorrected"], ["ListSizesCorrected"]]


def test_much_is_done_at_once_only_where_it_is_asked_for():
    before = previews.is_thorough()

    with previews.thoroughly():
        within = previews.is_thorough()

    assert (before, within, previews.is_thorough()) == (False, True, False)


@pytest.mark.django_db(transaction=True)
def test_it_does_not_stand_in_a_queue_behind_somebody_else(monkeypatch):
    practice = PracticeFactory.create()
    monkeypatch.setattr(previews, "WAIT", 100)
    held, done = Event(), Event()

    def hold():
        with transaction.atomic():
            lock_ids(Organisation, [practice.pk])
            held.set()
            done.wait(10)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        with pytest.raises(Conflict, match="Somebody is working on this"):
            look_ahead(correct(practice, Decimal(2_000)))
    finally:
        done.set()
        thread.join()
