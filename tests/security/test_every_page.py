"""What holds of every page there is: the pages are those of the table of who may do what."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from openpyxl import load_workbook

from accounts.states import Role
from tests.authorisation.asking import Things, address_of, client_of, sent_with
from tests.authorisation.people import Person
from tests.authorisation.table import SEEN, Block, Who, blocks, with_role
from ui.sheets import FORMULA

BLOCKS = blocks()
PAGES = list({block.target: block for block in BLOCKS if not block.is_api and block.method == "GET"}.values())
POSTED = list({block.target: block for block in BLOCKS if not block.is_api and block.method == "POST"}.values())
OPERATIONS = [block for block in BLOCKS if block.is_api and block.method == "POST"]
HOSTILE = "=HYPERLINK(1)"
CLOSED = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
"""What the policy of a page says: nothing but the portal's own, and forms that go nowhere else."""


def who_may(block: Block) -> Who:
    """Somebody whom the table lets in; otherwise anybody."""
    asked = block.asked(each=False)
    return next((who for who, line in asked if line and line.lets_in), with_role("own", Role.VIEW))


def answered(block: Block, things: Things, method: str = "GET", *, person: Person | None = None, **extra: Any) -> Any:
    """The answer to somebody who may; all of it is undone."""
    path, rest = address_of(block.target, sent_with(block, things))
    client = client_of(person or things["people"][who_may(block)], **extra)
    with transaction.atomic():
        response = client.generic(method, path, QUERY_STRING="") if method != "GET" else client.get(path, rest)
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("block", POSTED, ids=lambda block: block.target)
def test_a_form_of_another_site_is_refused(block: Block, things: Things) -> None:
    if block.target.startswith(("/account/", "api:", "openid_connect_callback")):
        pytest.skip("a redirection, or no address at all")

    response = answered(block, things, "POST", enforce_csrf_checks=True)

    assert response.status_code == 403
    assert "came from another page. Nothing was saved." in response.content.decode()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_a_method_that_no_page_takes_is_refused(method: str, things: Things) -> None:
    taken = {
        block.target: answered(block, things, method).status_code
        for block in PAGES
        if ":" in block.target and not block.target.startswith("api:")
    }

    assert {page: status for page, status in taken.items() if status not in (405, 404, 302)} == {}


def test_no_page_is_kept_by_a_browser_or_framed_by_another_site(things: Things) -> None:
    kept, framed = [], []

    for block in PAGES:
        headers = answered(block, things).headers
        if "no-store" not in headers.get("Cache-Control", ""):
            kept.append(block.target)
        if headers.get("X-Frame-Options") != "DENY" or headers.get("X-Content-Type-Options") != "nosniff":
            framed.append(block.target)

    assert (kept, framed) == ([], [])


def test_every_page_runs_the_portals_own_scripts_and_styles_alone(things: Things) -> None:
    loose = []

    for block in PAGES:
        policy = answered(block, things).headers.get("Content-Security-Policy", "")
        if "unsafe" in policy or not {each.strip() for each in policy.split(";")} >= CLOSED:
            loose.append(block.target)

    assert loose == []


def test_no_page_carries_inline_script_or_style(things: Things) -> None:
    inline = []

    for block in PAGES:
        response = answered(block, things)
        text = response.content.decode() if "text/html" in response.get("Content-Type", "") else ""
        if " style=" in text or " onclick=" in text or "javascript:" in text or "<script>" in text:
            inline.append(block.target)

    assert inline == []


@pytest.mark.parametrize("block", OPERATIONS, ids=lambda block: f"{block.target} {block.number}")
def test_a_field_that_an_operation_does_not_have_is_refused(block: Block, things: Things) -> None:
    person = things["people"][who_may(block)]
    body = sent_with(block, things) | {"amount": "1000000.00", "state": 5, "on_behalf_of": 1}
    kind = MULTIPART_CONTENT if block.target.endswith("/upload/") else "application/json"
    with transaction.atomic():
        response = Client().post(
            block.target, body, content_type=kind, headers={"Authorization": f"Bearer {person.secret}"}
        )
        transaction.set_rollback(True)

    assert response.status_code == 422
    assert "amount: This is not a field of this request." in response.json()["sentences"]


def test_no_file_holds_text_that_a_spreadsheet_would_run(things: Things) -> None:
    practice = things["practice"]
    found, read = [], 0

    with transaction.atomic():
        type(practice).objects.filter(pk=practice.pk).update(name=HOSTILE)
        for block in BLOCKS:
            if block.method != "GET" or block.is_api or not any(line.answer == SEEN for line in block.lines):
                continue
            for text in texts_in(answered(block, things)):
                read += HOSTILE in text
                found += [(block.target, text)] if text.startswith(FORMULA) else []
        transaction.set_rollback(True)

    assert read > 2
    assert found == []


def texts_in(response: Any) -> list[str]:
    """What the cells of a CSV or XLSX hold as text; of what is no such file, nothing. Formulas come out as `=...`."""
    kind = response.get("Content-Type", "")
    if kind.startswith("text/csv"):
        text = b"".join(response.streaming_content if response.streaming else [response.content]).decode("utf-8-sig")
        return [cell for row in csv.reader(StringIO(text)) for cell in row]
    if "spreadsheetml" not in kind:
        return []
    cells = [cell for sheet in load_workbook(BytesIO(response.content)) for row in sheet.iter_rows() for cell in row]
    return [f"={cell.value}" if cell.data_type == "f" else f"text {cell.value}" for cell in cells if cell.value]


def test_what_somebody_selected_is_of_no_use_to_another(things: Things) -> None:
    lister, other = (things["people"][with_role("lead", role)] for role in (Role.APPROVAL_MANAGEMENT, Role.VIEW))
    shown = client_of(lister).get("/achievement/declarations/")
    token = re.findall(r'name="all_matching" value="([^"]+)"', shown.content.decode())[0]
    with transaction.atomic():
        response = client_of(other).post(
            "/achievement/declarations/act/", {"action": "approve", "all_matching": token, "key": "k"}
        )
        transaction.set_rollback(True)

    assert response.status_code == 409


def test_the_cookie_of_a_session_is_kept_from_scripts(things: Things) -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
