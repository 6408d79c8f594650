from __future__ import annotations

import pytest

from core.changes import Effect, _handlers, handles
from submission import commands, rules
from submission.changes import ValuesSubmitted
from tests.factories.submission import (
    a_field,
    an_indicator,
    with_indicators,
    world,
)


@pytest.fixture
def portland(db, training_day, below_alone):
    """Portland Surgery, Weight Management, an allocation of 30, on 11 December 2021."""
    return world()


@pytest.fixture
def below_alone(monkeypatch):
    """What the apps above do about figures is their tests' affair: nothing handles, and nothing locks."""
    monkeypatch.setitem(_handlers, ValuesSubmitted, [])
    monkeypatch.setattr(rules, "_locks", [])
    monkeypatch.setattr(rules, "_holds", [])


@pytest.fixture
def published(portland):
    """The changes that are published from now on; each has one effect."""
    found = []

    def work_out(change):
        found.append(change)
        return [Effect("worked out", "37 referrals, 30 payable: £345.00.")]

    work_out.__module__ = "achievement.handlers"
    handles(ValuesSubmitted)(work_out)
    return found


@pytest.fixture
def as_tamsin(client, portland):
    """The browser of Tamsin Dale, who enters at Portland Surgery."""
    return sign_in(client, portland.tamsin)


def sign_in(client, by):
    client.force_login(by.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["acting_organisation"] = by.organisation_id
    session.save()
    return client


@pytest.fixture
def checks(training_day, below_alone):
    """A service that asks for a numerator and a denominator too."""
    pair = an_indicator(
        "CK", a_field("NUM", "numerator", name="Checked"), a_field("DEN", "denominator", name="Eligible")
    )
    return world(**with_indicators(pair))


@pytest.fixture
def begun(portland):
    """A submission of November is begun, with nothing in it."""
    commands.begin_submission(portland.key(), by=portland.tamsin)
    return portland
