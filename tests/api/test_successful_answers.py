"""The successful answers of every operation are as the document says: asked by those who may, of things there are.

Who may, and what is sent, are of the table of who may do what; Schemathesis compares the answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from requests import Request
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import commands
from accounts.rules import Acting
from tests.api.test_document import document
from tests.authorisation.asking import Things, body_of, looked_first, sent_with
from tests.authorisation.table import Block, blocks

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
WHOSE_OWN = {
    "POST /api/v1/payee-proposals/withdraw/": "proposal.proposed_by",
    "POST /api/v1/end-requests/take-back/": "end_request.asked_by",
    "POST /api/v1/nil-settlements/withdraw/": "nil_proposed.proposed_by",
    "POST /api/v1/closure-proposals/take-back/": "closure_proposal.proposed_by",
}
"""Done by nobody but the one person who began it, for the organisation that leads the network."""

NUMBERS = count(1)

api = schemathesis.openapi.from_dict(document())
OPERATIONS = [f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods]


def block_of(action: str) -> Block:
    """Of the lines about an operation, those that let somebody in; for what one person alone does, any."""
    of_it = [block for block in blocks() if block.action == action]
    return next((block for block in of_it if any(line.lets_in for line in block.lines)), of_it[0])


def secret_for(block: Block, things: Things) -> str:
    """A token of somebody who may."""
    if block.action in WHOSE_OWN:
        lead = things["lead"]
        by = Acting(things[WHOSE_OWN[block.action]], lead)
        return commands.create_token(f"Token {next(NUMBERS)}", lead.pk, by=by).secret
    who = next((who for who, line in block.asked(each=False) if line and line.lets_in), None)
    assert who, f"The table lets nobody do {block.action}: say in WHOSE_OWN whose it is to do."
    secret: str = things["people"][who].secret
    return secret


def answered(block: Block, things: Things, times: int = 1) -> list[Response]:
    """The answers to what the table sends, sent so many times with one key; all of it undone.

    What is saved as its preview said is looked at first."""
    sent = sent_with(block, things)
    within = {name: sent.pop(name) for name in parameters_in(block.target)}
    path, client = block.target.format(**within), Client()
    token = {"Authorization": f"Bearer {secret_for(block, things)}"}
    headers = token | {"Idempotency-Key": "k"}
    with transaction.atomic():
        if block.method == "GET":
            answers = [client.get(path, sent, headers=headers)]
        else:
            sent, refused = looked_first(path, sent, things, token)
            assert not refused, refused.content.decode()
            body, kind = body_of(sent, things)
            answers = [client.post(path, body, content_type=kind, headers=headers) for _ in range(times)]
        transaction.set_rollback(True)
    return [_as_received(each, block.method, path, headers) for each in answers]


def parameters_in(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _as_received(response: Any, method: str, path: str, headers: Mapping[str, str]) -> Response:
    """Django's answer, as Schemathesis has one that came over a wire."""
    return Response(
        response.status_code,
        {name: [value] for name, value in response.headers.items()},
        b"".join(response.streaming_content) if response.streaming else response.content,
        Request(method, f"http://testserver{path}", headers=dict(headers)).prepare(),
        elapsed=0,
        verify=False,
        encoding=response.charset,
    )


@pytest.mark.parametrize("action", OPERATIONS)
def test_whoever_may_is_answered_with_success_and_as_the_document_says(action: str, things: Things) -> None:
    method, path = action.split()
    case = api[path][method].Case(path_parameters=dict.fromkeys(parameters_in(path), "1"))

    answers = answered(block_of(action), things, times=2)

    for answer in answers:
        assert answer.status_code in (200, 201), answer.content.decode()
        case.validate_response(answer, checks=CHECKS)
    assert all(again.json() == answers[0].json() for again in answers[1:]), "the same key is answered the same"


def test_every_operation_that_writes_is_among_them() -> None:
    writing = [action for action in OPERATIONS if not action.startswith("GET ")]

    assert len(writing) > 30
    assert all(block_of(action).method == "POST" for action in writing)
