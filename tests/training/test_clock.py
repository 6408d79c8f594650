from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from core import clock


@pytest.fixture
def clock_file(settings, tmp_path):
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "clock")
    return tmp_path / "clock"


def test_every_process_stands_on_the_day_that_was_set(clock_file, capsys):
    call_command("set_training_clock", "2021-12-12")

    assert clock.today() == date(2021, 12, 12)
    assert "It is now 12 December 2021." in capsys.readouterr().out


def test_a_day_that_is_none_is_refused(clock_file):
    with pytest.raises(CommandError):
        call_command("set_training_clock", "31 December")

    assert not clock_file.exists()


@pytest.mark.usefixtures("training")
def test_loading_leaves_a_clock_that_was_set_as_it_is(clock_file):
    call_command("set_training_clock", "2022-01-05")

    call_command("load_training")

    assert clock_file.read_text() == "2022-01-05"
