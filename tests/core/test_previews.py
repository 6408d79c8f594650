from __future__ import annotations

import pytest

from core.actors import SYSTEM, SystemActor
from core.errors import Conflict
from core.previews import WorldMoved, difference, foreseen, foreseen_in, rolled_back, token_of
from organisations.models import Organisation
from tests.factories.organisations import PracticeFactory


@pytest.mark.django_db
def test_what_runs_in_a_preview_answers_and_keeps_nothing():
    made = rolled_back(lambda: PracticeFactory.create(code="A81001"))

    assert made.code == "A81001"
    assert not Organisation.objects.filter(code="A81001").exists()


@pytest.mark.django_db
def test_what_a_preview_refuses_is_raised():
    def refuse():
        raise Conflict("Not now.")

    with pytest.raises(Conflict, match="Not now"):
        rolled_back(refuse)


def test_the_same_sentences_over_other_facts_are_another_digest():
    assert foreseen(["3 lines."], [1, 2, 3]).digest == foreseen(["3 lines."], [1, 2, 3]).digest
    assert foreseen(["3 lines."], [1, 2, 3]).digest != foreseen(["3 lines."], [1, 2, 4]).digest


def test_a_difference_names_what_no_longer_holds_and_what_is_new():
    then, now = foreseen(["2 lines.", "1 total."]), foreseen(["3 lines.", "1 total."])

    found = difference(then, now)

    assert (found.gone, found.new) == (("2 lines.",), ("3 lines.",))
    assert difference(then, then) is None


def test_a_world_that_moved_says_how():
    error = WorldMoved("the outcome", difference(foreseen(["2 lines."]), foreseen(["3 lines."])))

    assert error.status == 409
    assert error.sentences[1:] == ("No longer: 2 lines.", "New: 3 lines.")


def test_what_was_seen_is_carried_signed_for_one_person_and_purpose():
    seen = foreseen(["3 lines."], 7)
    token = token_of(seen, "end", SYSTEM)

    assert foreseen_in(token, "end", SYSTEM) == seen
    for purpose, by in (("cancel", SYSTEM), ("end", SystemActor(user_id=3))):
        with pytest.raises(Conflict):
            foreseen_in(token, purpose, by)
    with pytest.raises(Conflict):
        foreseen_in(token[:-1] + ("a" if token[-1] != "a" else "b"), "end", SYSTEM)
