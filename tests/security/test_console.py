"""Every page that somebody reaches by links is quiet: no error in the console, nothing that the policy forbids."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import ConsoleMessage, Page

from accounts.models import User
from cqrs_portal.training.people import PEOPLE, Person
from cqrs_portal.training.places import BISCAY, NATIONAL, PRACTICES, UTSIRE, VIKING

FILES = re.compile(r"\.(csv|json|zip)$|/(csv|xlsx|pdf)/$")
PLACES = (BISCAY.code, VIKING.code, NATIONAL.code, UTSIRE.place.code, PRACTICES[0].code)
ONE_OF_EACH = list({(each.organisation, each.roles): each for each in PEOPLE if each.organisation in PLACES}.values())
"""One person for each set of roles in each of these organisations; of the practices and networks, one."""

SOME = [next(each for each in ONE_OF_EACH if each.organisation == code) for code in PLACES]


@pytest.mark.usefixtures("training_portal")
def test_every_page_is_quiet_whoever_walks_there(page: Page, live_server: Any) -> None:
    assert _heard(page, live_server.url, SOME) == []


@pytest.mark.full
@pytest.mark.usefixtures("training_portal")
def test_every_page_is_quiet_for_each_set_of_roles(page: Page, live_server: Any) -> None:
    assert _heard(page, live_server.url, ONE_OF_EACH) == []


def _heard(page: Page, portal: str, people: list[Person]) -> list[str]:
    """What the console said while these people walked."""
    heard: list[str] = []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: heard.append(_worded(page, message)) if _is_bad(message) else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    walked = {name for person in people for name in _walk(page, portal, person)}
    assert len(walked) > 20, walked
    return heard


def _walk(page: Page, portal: str, person: Person) -> set[str]:
    """Follow every link to a page of a name not seen yet; the names."""
    client = Client()
    client.force_login(User.objects.get(email=person.email))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": portal}])
    seen: set[str] = set()
    ahead = ["/", "/ui/"]
    while ahead:
        path = ahead.pop(0)
        name = _name(path)
        if not name or name in seen or FILES.search(urlsplit(path).path):
            continue
        seen.add(name)
        page.goto(portal + path, wait_until="load")
        links = page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")
        ahead += [urljoin(path, link) for link in links if not urlsplit(link).netloc and not link.startswith("#")]
    return seen


def _name(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def _is_bad(message: ConsoleMessage) -> bool:
    return message.type in ("error", "warning")


def _worded(page: Page, message: ConsoleMessage) -> str:
    return f"{page.url}: {message.text}"
