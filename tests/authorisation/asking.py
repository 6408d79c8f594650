"""Real requests, through all of the middleware; what is answered, and whether anything was written."""

from __future__ import annotations

import html
import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from io import BytesIO
from string import Template
from typing import Any
from zipfile import ZipFile

import yaml
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, encode_multipart
from django.urls import URLResolver, get_resolver, reverse

from tests.authorisation.people import Person
from tests.authorisation.table import ALLOWED, NOT_FOUND, REFUSED, SEEN, SIGN_IN, Block, Line

NOT_AN_EFFECT = ("django_session", "usersessions_usersession", "operations_idempotencykey", "operations_kepttext")
OF_TOKENS = ("accounts_apitoken", "accounts_apitokenevent")
"""Tables that carry a request, and not what it is about: a token notes its last use, what somebody typed is kept for
them."""

TOUCHED = """
    SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
    WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND schemaname = 'public'"""
SHOWN = 1500
A_FORM = f"multipart/form-data; boundary={BOUNDARY}"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


class Named(Template):
    """Text with `$line.pk` in it."""

    idpattern = r"[a-z][a-z_]*(?:\.[a-z_]+)*"


class Things(dict[str, Any]):
    """The world, looked up as templates name it."""

    def __missing__(self, path: str) -> Any:
        first, *rest = path.split(".")
        found = self[first] if rest else None
        if found is None:
            raise KeyError(f"The world has no {path} (tests/authorisation/world.py).")
        for name in rest:
            found = f"{found.pk}:{found.version}" if name == "seen" else getattr(found, name)
        return found


@dataclass(frozen=True)
class Answer:
    """What came back: the status, what a person reads, whether it warned them, and whether anything was written."""

    status: int
    text: str
    warned: bool
    wrote: bool
    to: str

    @property
    def asks_to_sign_in(self) -> bool:
        return self.status == 401 or (self.status == 302 and self.to.startswith(reverse("account_login")))

    def is_as(self, line: Line, sentence: str) -> bool:
        fine = self.status in (200, 201) or (self.status in (301, 302) and not self.asks_to_sign_in)
        said = sentence in self.text
        if line.answer == SIGN_IN:
            return self.asks_to_sign_in and not self.wrote
        if line.answer == NOT_FOUND:
            return self.status == 404 and not self.wrote
        if line.answer == REFUSED:
            no = self.status in (401, 403, 409, 422) or (fine and self.warned) or self.status == 200
            return no and said and not self.wrote
        if line.answer == ALLOWED:
            return fine and self.wrote and not self.warned and said
        return fine and not self.wrote and not self.warned and said == (line.answer == SEEN)

    def __str__(self) -> str:
        wrote, warned = ", written" if self.wrote else "", ", warned" if self.warned else ""
        return f"{self.status}{wrote}{warned} {self.to} {self.text[:SHOWN]}".strip()


def ask(block: Block, things: Mapping[str, Any], person: Person | None) -> Answer:
    """One request, and everything it did undone. What touched rows is asked again, to see whether it undid that itself:
    PostgreSQL counts those too."""
    response, touched = _asked_once(block, things, person, ())
    if not touched:
        return _answer(response, wrote=False)
    response, changed = _asked_once(block, things, person, touched)
    return _answer(response, wrote=bool(changed))


def _asked_once(
    block: Block, things: Mapping[str, Any], person: Person | None, compared: Collection[str]
) -> tuple[Any, set[str]]:
    """The answer and the tables that were touched; or, of those that are compared, the ones that are not as before."""
    with transaction.atomic():
        before = _contents(compared) if compared else _touched()
        response = _by_program(block, things, person) if block.is_api else _by_page(block, things, person)
        after = _contents(compared) if compared else _touched()
        transaction.set_rollback(True)
    beside = {*NOT_AN_EFFECT, *(OF_TOKENS if block.is_api else ())}
    return response, {table for table in after if after[table] != before.get(table)} - beside


def methods_taken(block: Block, things: Mapping[str, Any], person: Person) -> set[str]:
    """GET and POST, as far as a page says that it takes them; both, where it does not say."""
    sent = sent_with(block, things)
    path, _rest = address_of(block.target, sent)
    client = client_of(person)
    with transaction.atomic():
        response = client.generic("BREW", path)
        transaction.set_rollback(True)
    taken = {method.strip() for method in response.get("Allow", "GET, POST").split(",")}
    return taken & {"GET", "POST"}


def worded(line: Line, things: Mapping[str, Any]) -> str:
    return _folded(Named(line.sentence).substitute(things))


def sent_with(block: Block, things: Mapping[str, Any]) -> dict[str, str]:
    """What a block sends, with the world's names filled in."""
    pairs = block.sends.items()
    return {Named(name).substitute(things): Named(text).substitute(things) for name, text in pairs}


def _by_page(block: Block, things: Mapping[str, Any], person: Person | None) -> Any:
    sent = sent_with(block, things)
    client, shown = client_of(person), sent.pop("form", "")
    path, rest = address_of(block.target, sent)
    if shown:
        rest = hidden_in(client.get(address_of(shown, sent)[0]), path) | rest
    elif rest.get("step") == "save":
        return _saved(client, path, rest)
    return client.get(path, rest) if block.method == "GET" else client.post(path, rest)


def _saved(client: Client, path: str, sent: dict[str, str]) -> Any:
    """A save with what its preview's form sends: the preview asked for, or the one that a save without any leads to."""
    asked = hidden_in(client.post(path, sent | {"step": "check"}), path)
    answer = client.post(path, asked | sent)
    shown = hidden_in(answer, path)
    return client.post(path, shown | sent) if "as_seen" in shown and "as_seen" not in asked else answer


def client_of(person: Person | None, **extra: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client(**extra)
    if person:
        client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: person.session})
    return client


def hidden_in(response: Any, action: str) -> dict[str, str]:
    """What a page's form to an address would send along by itself, the one that confirms a preview first; nothing
    where it shows no such form."""
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', response.content.decode(), re.DOTALL)
    confirms = [form for form in forms if 'name="as_seen"' in form]
    fields = re.findall(r"<input[^>]*hidden[^>]*>", (confirms or forms or [""])[0])
    named = (dict(re.findall(r'(name|value)="([^"]*)"', each)) for each in fields)
    return {html.unescape(each["name"]): html.unescape(each.get("value", "")) for each in named if "name" in each}


def address_of(target: str, sent: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The address of a page's name, and what of the pairs is not part of it."""
    if target.startswith("/"):
        return target, sent
    within = pages()[target]
    path = reverse(target, kwargs={name: sent[name] for name in within})
    return path, {name: text for name, text in sent.items() if name not in within}


def _by_program(block: Block, things: Mapping[str, Any], person: Person | None) -> Any:
    sent = sent_with(block, things)
    within = re.findall(r"{(\w+)}", block.target)
    path = re.sub(r"{(\w+)}", lambda found: sent[found[1]], block.target)
    rest = {name: text for name, text in sent.items() if name not in within}
    headers = {"Authorization": f"Bearer {person.secret}"} if person else {}
    if block.method == "GET":
        return Client().get(path, rest, headers=headers)
    rest, refused = looked_first(path, rest, things, headers)
    if refused:
        return refused
    body, kind = body_of(rest, things)
    return Client().post(path, body, content_type=kind, headers=headers)


def looked_first(
    path: str, sent: Mapping[str, str], things: Mapping[str, Any], headers: Mapping[str, str]
) -> tuple[dict[str, str], Any]:
    """What a save sends whose block says `preview=first`: the token of the preview with it, which is asked for first.
    Beside it, the answer of a preview that was refused."""
    rest = dict(sent)
    if rest.pop("preview", "") != "first":
        return dict(sent), None
    body, kind = body_of(rest | {"preview": "true"}, things)
    looked = Client().post(LOOKS_FIRST.get(path, path), body, content_type=kind, headers=dict(headers))
    if looked.status_code != 200:
        return rest, looked
    return rest | {"preview_token": looked.json()["preview_token"]}, None


def body_of(sent: Mapping[str, str], things: Mapping[str, Any]) -> tuple[str | bytes, str]:
    """What is posted, and its type: JSON; or a form, where `file:` names a file of the world's, (name, content)."""
    named = {name: text.removeprefix("file:") for name, text in sent.items() if text.startswith("file:")}
    if not named:
        return json.dumps({name: worth(name, text) for name, text in sent.items()}), "application/json"
    files = {name: SimpleUploadedFile(*things[thing]) for name, thing in named.items()}
    return encode_multipart(BOUNDARY, {**sent, **files}), A_FORM


def worth(name: str, text: str) -> Any:
    """`seen=12:3` as rows; lists, maps, numbers and truth as YAML writes them; everything else, dates too, as text."""
    if re.fullmatch(r"\d+:\d+", text):
        id, version = text.split(":")
        return [{"id": int(id), "version": int(version)}]
    read = yaml.safe_load(text)
    return read if isinstance(read, list | dict | int | bool) else text


LOOKS_FIRST = {
    "/api/v1/participations/ask-to-end/": "/api/v1/participations/save-end-date/",
    "/api/v1/closures/propose/": "/api/v1/closures/settle/",
}
"""Operations whose preview is another's."""


def _answer(response: Any, *, wrote: bool) -> Answer:
    queued = list(getattr(getattr(response.wsgi_request, "_messages", None), "_queued_messages", ()))
    warned = any(message.level >= messages.WARNING for message in queued)
    said = " ".join(str(message) for message in queued)
    return Answer(
        response.status_code, _folded(f"{_text(response)} {said}"), warned, wrote, response.get("Location", "")
    )


def _text(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.get("Content-Type", "").startswith(SPREADSHEET):
        with ZipFile(BytesIO(content)) as book:
            content = b" ".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))
    if response.get("Content-Type", "") == PDF:
        content = b" ".join(
            zlib.decompress(part) for part in re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
        )
    text: str = content.decode("utf-8", errors="replace")
    if response.get("Content-Type", "").startswith("text/html"):
        text = re.sub(r"<[^>]+>", " ", text)
    return html.unescape(text)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _touched() -> dict[str, int]:
    """Table -> rows written in this transaction so far, those undone again too."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED)
        return dict(cursor.fetchall())


def _contents(tables: Collection[str]) -> dict[str, Any]:
    """Table -> a digest of all it holds."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} t")
            found[table] = cursor.fetchone()
    return found


@cache
def pages() -> dict[str, list[str]]:
    """The name of every page of the resolver -> the parameters in its address. One without a name goes by its address;
    the operations of the API have their own names (`operations`)."""
    return dict(_walked(get_resolver(), "", "/", []))


def _walked(within: URLResolver, namespace: str, route: str, parameters: list[str]) -> Iterator[tuple[str, list[str]]]:
    for each in within.url_patterns:
        here, names = route + str(each.pattern), [*parameters, *each.pattern.regex.groupindex]
        if isinstance(each, URLResolver):
            yield from _walked(each, f"{namespace}{each.namespace}:" if each.namespace else namespace, here, names)
        else:
            yield (f"{namespace}{each.name}" if each.name else here), names
