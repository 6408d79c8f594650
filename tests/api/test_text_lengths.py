"""What a page takes as a reason, a note or a request, the API takes too, for every act; and neither takes more."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django import forms
from rest_framework import serializers

from achievement.forms import NilReasonForm, ReasonForm
from achievement.presenters import declare
from achievement.serializers.achievements import ToDeclareSerializer
from achievement.serializers.nil import LiftNilSerializer, ProposeNilSerializer, SettleNilSerializer
from core.texts import NOTE_LENGTH, REASON_LENGTH, REQUEST_LENGTH, SUBMISSION_NOTES_LENGTH
from cqrs_portal.api.wording import in_our_words
from operations.api import ReasonSerializer
from organisations.forms.lists import ListSizeForm
from organisations.forms.payees import DeclineForm, PayeeForm
from organisations.forms.requests import AnswerForm, AskForm
from organisations.serializers.lists import CorrectListSerializer
from organisations.serializers.payees import DeclinePayeeSerializer, ProposePayeeSerializer
from organisations.serializers.requests import AskOdsSerializer, OdsAnswerSerializer
from participation.forms.allocations import AllocationFileForm, SaveAllocationsForm, SetAllocationsForm
from participation.forms.closures import ClosureForm
from participation.forms.ends import CancelForm, EndDateForm
from participation.forms.ends import ReasonForm as AnswerReasonForm
from participation.forms.offers import MOST_PASTED
from participation.forms.starts import StartDateForm
from participation.serializers.allocations import SetAllocationsSerializer
from participation.serializers.closures import (
    DecisionSerializer,
    DeclineClosureSerializer,
    ProposeClosuresSerializer,
    SettleClosuresSerializer,
)
from participation.serializers.participations import (
    AskToEndSerializer,
    CancelSerializer,
    DeclineSerializer,
    SaveEndDateSerializer,
    SaveStartDateSerializer,
)
from participation.serializers.service_requests import DeclineRequestSerializer
from submission.forms import NilForm, note_field
from submission.serializers import FiguresSerializer, NilReturnSerializer, SubmitSerializer
from ui.forms import PortalForm

Kind = type[PortalForm]
Sent = type[serializers.Serializer[Any]]
ACTS: dict[str, tuple[list[tuple[Kind, str]], list[tuple[Sent, str]], int]] = {
    "reject, undo, withdraw, return, lift": ([(ReasonForm, "reason")], [(ReasonSerializer, "reason")], REASON_LENGTH),
    "propose, decline, lift nil": (
        [(NilReasonForm, "reason")],
        [(ProposeNilSerializer, "reason"), (SettleNilSerializer, "reason"), (LiftNilSerializer, "reason")],
        REASON_LENGTH,
    ),
    "correct a list": ([(ListSizeForm, "reason")], [(CorrectListSerializer, "reason")], REASON_LENGTH),
    "propose a payee": ([(PayeeForm, "reason")], [(ProposePayeeSerializer, "reason")], REASON_LENGTH),
    "decline a payee": ([(DeclineForm, "note")], [(DeclinePayeeSerializer, "reason")], REASON_LENGTH),
    "ask ODS": ([(AskForm, "text")], [(AskOdsSerializer, "text")], REQUEST_LENGTH),
    "note what ODS answered": ([(AnswerForm, "answer")], [(OdsAnswerSerializer, "answer")], REQUEST_LENGTH),
    "set allocations": (
        [(SetAllocationsForm, "reason"), (AllocationFileForm, "reason"), (SaveAllocationsForm, "reason")],
        [(SetAllocationsSerializer, "reason")],
        REASON_LENGTH,
    ),
    "settle closures": (
        [(ClosureForm, "reason")],
        [(each, "reason") for each in (DecisionSerializer, ProposeClosuresSerializer, SettleClosuresSerializer)],
        REASON_LENGTH,
    ),
    "save an end date": (
        [(EndDateForm, "reason")],
        [(SaveEndDateSerializer, "reason"), (AskToEndSerializer, "reason")],
        REASON_LENGTH,
    ),
    "cancel": ([(CancelForm, "reason")], [(CancelSerializer, "reason")], REASON_LENGTH),
    "save a start date": ([(StartDateForm, "reason")], [(SaveStartDateSerializer, "reason")], REASON_LENGTH),
    "reject an offer, decline what was asked": (
        [(AnswerReasonForm, "reason")],
        [(each, "reason") for each in (DeclineSerializer, DeclineClosureSerializer, DeclineRequestSerializer)],
        REASON_LENGTH,
    ),
    "submit, and nil return": (
        [(NilForm, "note")],
        [(each, "note") for each in (FiguresSerializer, SubmitSerializer, NilReturnSerializer)],
        SUBMISSION_NOTES_LENGTH,
    ),
}
"""Act -> the forms that ask for its text, the serializers that read it, and how long it may be."""

ONLY_PAGES = {"ResetForm": "a second factor is taken away on a page alone"}
ONLY_API = {"ApproveSerializer": "the pages approve without a note", "ToDeclareSerializer": "test below"}


@pytest.mark.parametrize("act", ACTS)
def test_a_text_that_the_page_takes_is_taken_by_the_api(act: str) -> None:
    on_pages, in_api, length = ACTS[act]

    assert {kind.base_fields[name].max_length for kind, name in on_pages} == {length}  # type: ignore[attr-defined]
    assert {kind().fields[name].max_length for kind, name in in_api} == {length}  # type: ignore[attr-defined]


@pytest.mark.parametrize("act", ACTS)
def test_as_long_a_text_as_may_be_is_taken_and_a_longer_one_refused_by_both(act: str) -> None:
    (kind, field), *_ = ACTS[act][0]
    (sent, name), *_ = ACTS[act][1]
    length = ACTS[act][2]

    for text, refused in (("x" * length, False), ("x" * (length + 1), True)):
        read = sent(data={name: text})
        read.is_valid()
        assert (name in read.errors) is refused
        assert refuses(kind.base_fields[field], text) is refused
    assert in_our_words(str(read.errors[name][0]), name) == f"{name} must be {length} characters or fewer."


def refuses(field: forms.Field, text: str) -> bool:
    try:
        field.clean(text)
    except forms.ValidationError:
        return True
    return False


def test_notes_of_a_group_and_of_a_declaration_are_as_long_on_both() -> None:
    assert note_field().max_length == FiguresSerializer().fields["note"].max_length
    assert declare.NOTE_LENGTH == ToDeclareSerializer().fields["note"].max_length == NOTE_LENGTH


def test_every_text_that_is_asked_for_is_compared() -> None:
    import_module("cqrs_portal.urls")  # and so all forms and serializers
    on_pages = {kind.__name__ for forms_of, _sent, _length in ACTS.values() for kind, _name in forms_of}
    in_api = {kind.__name__ for _forms, sent, _length in ACTS.values() for kind, _name in sent}

    assert {each.__name__ for each in _asking_for_a_text()} - on_pages == set(ONLY_PAGES)
    assert {each.__name__ for each in _reading_a_text()} - in_api == set(ONLY_API)


def _asking_for_a_text() -> Iterator[Kind]:
    for each in _below(PortalForm):
        long = (field for field in each.base_fields.values() if isinstance(field.widget, forms.Textarea))
        shown = not each.__module__.startswith(("tests.", "ui.")) and not each.__subclasses__()
        if shown and any(field.max_length != MOST_PASTED for field in long):  # type: ignore[attr-defined]
            yield each


def _reading_a_text() -> Iterator[Sent]:
    """Those that limit how long a text may be: what is only answered limits none."""
    for each in _below(serializers.Serializer):
        named = (each._declared_fields.get(name) for name in ("reason", "note", "text", "answer"))
        limited = any(isinstance(field, serializers.CharField) and field.max_length for field in named)
        if limited and not each.__module__.startswith("tests."):
            yield each


def _below(kind: type) -> Iterator[Any]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
