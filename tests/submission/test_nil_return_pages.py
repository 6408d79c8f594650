"""A nil return is confirmed with its reason, and drops nothing that somebody entered meanwhile."""

from __future__ import annotations

import pytest

from submission import commands
from submission.models import IndicatorValue
from tests.factories.submission import (
    BY_HAND,
)
from tests.submission.screens import at, fields_of, said, value

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portland")]


def test_a_nil_return_is_confirmed_with_its_reason(as_tamsin, portland):
    asked = as_tamsin.get(at("nil_return"))
    given = {"reason": str(BY_HAND.value), "note": "Nobody was referred.", "key": fields_of(asked)["key"]}

    pages = [as_tamsin.post(at("nil_return"), given, follow=True) for _ in range(2)]

    assert "0 is submitted in every number." in said(asked)
    assert all("Achievement data submitted" in said(page) for page in pages)
    assert value(portland) == 0
    assert IndicatorValue.objects.count() == 1


@pytest.mark.parametrize("before", [False, True])
def test_a_nil_return_does_not_drop_what_somebody_entered_meanwhile(as_tamsin, portland, before):
    if before:
        portland.submit(36)
    asked = as_tamsin.get(at("nil_return"))
    shown = fields_of(asked)
    portland.submit(37, by=portland.known("Ravi Holm", portland.practice))

    page = as_tamsin.post(at("nil_return"), {"reason": "3", "version": shown["version"], "key": shown["key"]})

    assert ("It takes the place of what was entered: 1 field." in said(asked)) == before
    assert page.status_code == 409
    assert "Ravi Holm changed these figures on" in said(page)
    assert value(portland) == 37


def test_a_nil_return_of_figures_that_were_only_begun_is_made(as_tamsin, portland):
    shown = fields_of(as_tamsin.get(at("nil_return")))
    commands.begin_submission(portland.key(), by=portland.tamsin)

    as_tamsin.post(at("nil_return"), {"reason": "3", "version": shown["version"], "key": shown["key"]})

    assert value(portland) == 0


def test_a_nil_return_asks_for_its_reason(as_tamsin):
    page = as_tamsin.post(at("nil_return"), {"key": "k"})

    assert page.status_code == 422
    assert "Select reason for manual entry." in said(page)
