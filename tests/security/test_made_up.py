"""What no page and no program of ours would send: answered with a sentence, and never with an error of the server."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import commands
from accounts.states import Role
from tests.achievement.payments import Payments, payments, said, signed_in
from tests.api.test_document import document
from tests.factories.accounts import acting_as

pytestmark = pytest.mark.django_db

CURSORS = [
    "[true,true,true]",
    "[true,true]",
    "[" * 1200,
    r'["\\ud800",1]',
    r'["\\ud800"]',
    "[1e400,1]",
    "[]",
    "[1]",
    "[1,2]",
    "[1,2,3]",
    "[1,2,3,4]",
    '["a","b","c"]',
    "nonsense",
]
LISTS = [
    "/achievement/declarations/", "/achievement/declarations/?sort=name", "/achievement/declarations/?sort=amount",
    "/achievement/declarations/?sort=code", "/achievement/results/", "/achievement/to-be-adjusted/",
    "/achievement/nil/",
    "/reports/achievement-summary/", "/search/?q=a", "/achievement/declare/", "/participation/my-services/",
]  # fmt: skip


@pytest.fixture
def portland(db: None, training_day: object) -> Payments:
    return payments()


@pytest.fixture
def token(portland: Payments) -> dict[str, str]:
    everything = acting_as(*Role, organisation=portland.world.practice)
    secret = commands.create_token("Made up", portland.world.practice.pk, by=everything).secret
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_that_was_made_up_starts_a_list_at_the_beginning(portland: Payments, cursor: str) -> None:
    portland.declared()
    after = urlsafe_b64encode(cursor.encode()).decode().rstrip("=")
    people = dict.fromkeys(["/achievement/declare/", "/participation/my-services/"], portland.manager)

    for address in LISTS:
        client = signed_in(people.get(address, portland.approver))
        response = client.get(f"{address}{'&' if '?' in address else '?'}after={after}")
        assert response.status_code == 200, address


@pytest.mark.parametrize("cursor", CURSORS)
def test_so_does_a_list_of_the_api(token: dict[str, str], client: Client, cursor: str) -> None:
    after = urlsafe_b64encode(cursor.encode()).decode().rstrip("=")

    usual = {each: client.get(each, headers=token).status_code for each in lists_of_the_api()}

    answers = {each: client.get(each, {"after": after}, headers=token).status_code for each in usual}

    assert list(usual.values()).count(200) > 10
    assert answers == usual


@cache
def lists_of_the_api() -> list[str]:
    """The address of each list that pages by keyset."""
    paths = document()["paths"]
    return [
        path
        for path, each in paths.items()
        if "after" in {it["name"] for it in each.get("get", {}).get("parameters", ())}
    ]


def test_one_row_is_not_filtered(portland: Payments, token: dict[str, str], client: Client) -> None:
    row = portland.declared()

    answers = [
        client.get(f"/api/v1/achievements/{row.pk}/{query}", headers=token).status_code
        for query in ("", "?x=1", "?achievement_date=31", "?status=zzz", "?status=Held")
    ]

    assert answers == [200] * 5


SENT = {
    "service": "WM-2021-22", "achievement_date": "2021-11-30", "provider": "V37647",
    "values": {"WM.WM001.REFERRALS": "x"},
}  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(SENT).replace('"x"', r'"\ud800"'),
        json.dumps(SENT).replace("WM.WM001.REFERRALS", r"\ud800.x"),
        r'{"\ud800": 1}',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"a": ' + "9" * 5_000 + "}",
        "{",
    ],
    ids=["value", "path", "field", "deep list", "deep object", "long number", "cut off"],
)
def test_what_cannot_be_read_is_refused_in_a_sentence_of_the_portal(
    token: dict[str, str], client: Client, body: str
) -> None:
    response = client.post("/api/v1/submissions/save/", body, content_type="application/json", headers=token)

    assert response.status_code == 400
    assert response.json()["detail"].startswith("What was sent")
    assert "sys." not in response.content.decode()


def test_what_is_not_in_utf_8_is_refused_too(token: dict[str, str], client: Client) -> None:
    response = client.post("/api/v1/submissions/save/", b"\xff", content_type="application/json", headers=token)

    assert (response.status_code, response.json()["detail"]) == (
        400,
        "What was sent is not JSON that can be read, in UTF-8.",
    )


def test_what_comes_in_chunks_is_asked_to_come_whole(token: dict[str, str], client: Client) -> None:
    more: dict[str, Any] = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}

    response = client.post("/api/v1/submissions/save/", "{}", content_type="application/json", headers=token, **more)

    assert response.status_code == 400
    assert "send it whole, with Content-Length" in response.json()["detail"]


@pytest.mark.parametrize("organisation", ["\u00b2", "1\u00b2", "9" * 5_000, "\u0663", "-1", ""])
def test_an_organisation_that_is_none_is_not_acted_for(portland: Payments, organisation: str) -> None:
    response = signed_in(portland.manager).post("/account/organisation/", {"organisation": organisation})

    assert response.status_code == 422


def test_a_note_with_a_character_that_is_none_is_kept_without_it(portland: Payments) -> None:
    portland.submit()
    row = portland.achievement
    sent = {"action": "declared", "seen": f"{row.pk}:{row.version}", f"read_{row.pk}": "1", f"note_{row.pk}": "a\0b"}

    response = signed_in(portland.manager).post("/achievement/declare/", sent)

    assert response.status_code == 302
    assert row.history.latest("pk").note == "a\ufffdb"


def test_an_address_that_only_takes_what_is_sent_says_so_with_a_way_on(portland: Payments) -> None:
    response = signed_in(portland.manager).get(reverse("achievement:act"))

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "This address only takes what another page sends." in said(response)
    assert "Go to Home" in said(response)


def test_the_api_answers_such_an_address_as_it_is_documented(token: dict[str, str], client: Client) -> None:
    response = client.get("/api/v1/achievements/approve/", headers=token)

    assert response.status_code in (404, 405)
    assert response.headers["Content-Type"] == "application/problem+json"
