"""The runbook's steps, tried: what it says to type is typed here, on a portal whose overnight run has failed."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from django.core.management import call_command
from django.db import connection

from achievement import commands
from achievement.commands.overnight import shards
from achievement.models import OvernightRun, RunState, Shard
from core.actors import SYSTEM
from operations.models import OutboxMessage
from tests.achievement.test_overnight import NIGHT, work_the_messages
from tests.factories.achievement import utsire
from tests.operations.conftest import Broker, broker

__all__ = ["broker"]

pytestmark = pytest.mark.django_db(transaction=True)
DOCS = Path(__file__).resolve().parent.parent / "docs"
RUNBOOK, OPERATIONS = (DOCS / "runbook.md").read_text(), (DOCS / "operations.md").read_text()
TYPED = [
    dedent(found[1]).strip()
    for found in re.finditer(r'manage shell -v 0 -c "(.*?)"$', RUNBOOK, re.DOTALL | re.MULTILINE)
]
"""What follows `manage shell -v 0 -c`."""

BLOCKS = re.findall(r"```sql\n(.*?)```", OPERATIONS, re.DOTALL)
ASKED = [
    *(each for each in re.findall(r"`(SELECT [^`]+)`", OPERATIONS) if "pg_wal_replay_resume" not in each),
    *(each for each in map(str.strip, ";".join(BLOCKS).split(";")) if each),
]
"""What the page on operations has one ask the database, but for what only a server in recovery can answer."""


@pytest.fixture
def failed(transactional_db: None, broker: Broker, set_clock, monkeypatch: pytest.MonkeyPatch) -> OvernightRun:
    """A run that failed, of which the cause is away by now."""
    set_clock(NIGHT)
    utsire()
    with monkeypatch.context() as broken:
        broken.setattr(shards, "calculate_achievements", lambda **given: 1 / 0)
        run = commands.start_overnight_run(by=SYSTEM)
        work_the_messages()
    return OvernightRun.objects.get(pk=run.pk)


def typed(containing: str) -> str:
    """The one command that has this in it."""
    (found,) = {each for each in TYPED if containing in each}
    return found


def shell(code: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("shell", command=code, verbosity=0)
    return capsys.readouterr().out


def test_every_command_for_the_shell_can_be_typed_as_it_stands(failed, capsys):
    for code in TYPED:
        shell(code, capsys)

    assert len(TYPED) >= 6


def test_where_to_look_names_the_run_its_shard_and_its_error(failed, capsys):
    said = shell(typed("for message in OutboxMessage"), capsys)

    assert "1 November 2021 Failed" in said
    assert "ZeroDivisionError" in said


def test_resuming_by_command_tries_what_failed_and_the_run_is_done(failed, capsys):
    said = shell(typed("resume_overnight_run"), capsys)
    work_the_messages()

    assert said.strip() == "1 November 2021 1 shards to work"
    assert OvernightRun.objects.get().state == RunState.DONE


def test_without_broker_and_worker_a_run_is_worked_in_the_foreground(failed, broker, capsys, set_clock):
    broker.goes_away()
    commands.resume_overnight_run(failed.pk, by=SYSTEM)

    shell(typed("tick()"), capsys)
    asked = re.search(r"manage (work_outbox --task .*)", RUNBOOK)
    call_command(*asked[1].split())  # type: ignore[index]

    assert set(Shard.objects.values_list("state", flat=True)) == {RunState.DONE}
    assert OvernightRun.objects.get().state == RunState.DONE


def test_a_message_is_delivered_by_hand(failed, capsys):
    OvernightRun.objects.update(state=RunState.RUNNING)
    message = OutboxMessage.objects.create(task="achievement.finish_run", keys={"run": failed.pk})

    said = shell(typed("deliver(").replace("1234", str(message.pk)), capsys)

    assert said.strip() == "True"


@pytest.mark.parametrize("sql", ASKED, ids=lambda sql: sql[:60])
def test_what_is_to_be_watched_can_be_asked(transactional_db, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)

        assert cursor.description


def test_there_is_something_to_be_watched():
    assert len(ASKED) > 10
