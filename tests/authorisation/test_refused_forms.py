"""Every form of every page refuses what cannot be: with 422, and in the portal's words.

Each page is asked as the table of who may do what asks it, and then again with the fields of each of its forms spoilt.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.forms import Textarea
from django.test import Client

from participation.models import OfferDraft
from tests.authorisation.asking import Things, address_of, client_of, hidden_in, sent_with
from tests.authorisation.people import Person, signed_in
from tests.authorisation.table import ALLOWED, HIDDEN, REFUSED, SEEN, Block, blocks
from ui.fields import SeenField
from ui.forms import PortalForm

SECONDS_OF_EACH = 10  # a thousand requests among three tests
SPOILT = {"unreadable": "\0nonsense", "long": "x" * 25_000, "missing": None}
FRAMEWORK_S = re.compile(
    r"This field is required|Ensure th|Enter a (?:valid|whole|number)|Select a valid|Null characters are not|"
    r"is not one of the available|submitted file|No file was submitted|This password|is not a valid value"
)
NOT_REFUSED = {
    "NetworkListForm": "what is not among the choices gives way to the first: each filter narrows the next",
    "RecordForm": "the same",
    "WrongCodesForm": "what a page sends along for a file, which nobody types: the file is refused",
}
"""Forms that refuse nothing, and why."""
PARTS = {"submission:check_field": "a part of a page, put beside the field that it is about"}
"""What answers a part of a page, and so says 200."""
FILE = {"as": "csv", "file": "csv"}


Asked = tuple[str, str, str, frozenset[tuple[str, str]]]
"""A request: method, address, session, and what was sent. Each is undone, so that the same again is answered alike."""


@dataclass
class Found:
    """What became of the requests, and the names of the fields of the forms that were made for each."""

    asked: dict[Asked, list[set[str]]] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)


@dataclass
class Page:
    """One page, as somebody asks it; and the forms that were made for the answer."""

    block: Block
    client: Client
    path: str
    rest: dict[str, str]
    made: list[PortalForm]

    def ask(self, sent: Mapping[str, str]) -> Any:
        self.made.clear()
        with transaction.atomic():
            get = self.block.method == "GET"
            response = self.client.get(self.path, sent) if get else self.client.post(self.path, sent)
            transaction.set_rollback(True)
        return response

    def request_of(self, sent: Mapping[str, str]) -> Asked:
        return (
            self.block.method,
            self.path,
            self.client.cookies[settings.SESSION_COOKIE_NAME].value,
            frozenset(sent.items()),
        )

    def wrong(self) -> list[str]:
        return sorted({type(form).__name__ for form in self._refused()})

    def lost_a_text(self) -> bool:
        """Whether one refused asks for a text, where the rows that it is about can be read."""
        fields = [form.fields[name] for form in self._refused() for name in form.errors if name in form.fields]
        texts = any(isinstance(each.widget, Textarea) for form in self._refused() for each in form.fields.values())
        return texts and not any(isinstance(each, SeenField) for each in fields)

    def _refused(self) -> list[PortalForm]:
        return [form for form in self.made if form.is_bound and form.errors]


@pytest.fixture(scope="module")
def made() -> Iterator[list[PortalForm]]:
    """The forms that were made since the list was emptied."""
    forms: list[PortalForm] = []
    plain = PortalForm.__init__

    def noted(self: PortalForm, *args: Any, **kwargs: Any) -> None:
        plain(self, *args, **kwargs)
        forms.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PortalForm, "__init__", noted)
        yield forms


@pytest.fixture(scope="module")
def found(things: Things, made: list[PortalForm]) -> Found:
    outcome = Found()
    draft = OfferDraft.objects.filter(pk=things["offer_draft"].pk)
    with transaction.atomic():
        draft.update(start_date=date(2021, 4, 1), end_date=date(2022, 3, 31))
        draft.get().providers.add(things["network"])
        _spoil_all(things, made, outcome)
        transaction.set_rollback(True)
    return outcome


def _spoil_all(things: Things, made: list[PortalForm], outcome: Found) -> None:
    for block in _tried():
        for person in _askers(block, things):
            _spoil(_page(block, things, person, made), outcome)


def _tried() -> Iterator[Block]:
    """Of what is looked at, each page once; everything that is sent."""
    once: set[str] = set()
    for block in blocks():
        lets_in = any(line.lets_in for line in block.lines)
        if not block.is_api and not (block.method == "GET" and lets_in and block.action in once):
            yield block
        if lets_in:
            once.add(block.action)


def _askers(block: Block, things: Things) -> Iterator[Person]:
    """Somebody whom the page lets in; beside them, somebody whom it refuses what is sent; and whose the draft is."""
    told = [(who, line) for who in block.everybody if (line := block.line_for(who))]
    let_in = [who for who, line in told if line.answer in (ALLOWED, SEEN, HIDDEN)]
    first = next((line for line in block.lines if line.answer == REFUSED and block.method == "POST"), None)
    refused = [who for who, line in told if line is first]
    yield from (things["people"][who] for who in (*let_in[:1], *refused[:1]))
    if not let_in and "draft_id" in block.sends:
        draft = things["offer_draft"]
        yield signed_in(draft.person, draft.organisation)


def _page(block: Block, things: Things, person: Person, made: list[PortalForm]) -> Page:
    client, sent = client_of(person), sent_with(block, things)
    shown = sent.pop("form", "")
    path, rest = address_of(block.target, sent)
    if shown:
        rest = hidden_in(client.get(address_of(shown, sent)[0]), path) | rest
    return Page(block, client, path, rest, made)


def _spoil(page: Page, outcome: Found) -> None:
    for rest in (page.rest, page.rest | {"step": "check"}) if page.rest.get("step") == "save" else (page.rest,):
        for names in [*_note(page, rest, "as it is", outcome), set(rest) - {"step", "action"}]:
            for how, value in SPOILT.items():
                left = {name: text for name, text in rest.items() if name not in names}
                _note(page, left if value is None else left | dict.fromkeys(names, value), how, outcome)


def _note(page: Page, sent: Mapping[str, str], how: str, outcome: Found) -> list[set[str]]:
    """Ask, unless just this was asked before; the names of the fields of each kind of form that was made."""
    request = page.request_of(sent)
    if request not in outcome.asked:
        response = page.ask(sent)
        outcome.asked[request] = list({type(form): _names(form) for form in page.made}.values())
        _look(page, sent, how, response, outcome)
    return outcome.asked[request]


def _look(page: Page, sent: Mapping[str, str], how: str, response: Any, outcome: Found) -> None:
    wrong, about = page.wrong(), f"{page.block} ({how})"
    outcome.refused |= set(wrong)
    if wrong and response.status_code == 200 and page.block.target not in PARTS:
        outcome.answered.append(f"{about}: {wrong}")
    if response.status_code == 302 and page.lost_a_text():
        outcome.answered.append(f"{about}: what was typed is gone")
    text = "" if response.streaming else html.unescape(response.content.decode(errors="replace"))
    if theirs := FRAMEWORK_S.search(text):
        outcome.said.append(f"{about}: {text[theirs.start() : theirs.end() + 80]}")
    if wrong and page.block.method == "GET" and page.ask({**sent, **FILE}).has_header("Content-Disposition"):
        outcome.answered.append(f"{about}: a file all the same")


def _names(form: PortalForm) -> set[str]:
    return {form.add_prefix(name) for name in form.fields}


def test_a_form_that_is_refused_is_answered_with_its_own_status(found: Found) -> None:
    assert not found.answered, "\n".join(sorted(set(found.answered)))


def test_no_page_says_a_sentence_of_the_framework(found: Found) -> None:
    assert not found.said, "\n".join(sorted(set(found.said)))


def test_every_form_was_refused(found: Found) -> None:
    every = {each for each in _forms(PortalForm) if not each.__module__.startswith(("tests.", "ui.", "conftest"))}
    shown = {each.__name__ for each in every if not each.__subclasses__()}

    assert sorted(shown - found.refused) == sorted(NOT_REFUSED)


def _forms(kind: type[PortalForm]) -> Iterator[type[PortalForm]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)
