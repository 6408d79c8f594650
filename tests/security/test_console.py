"""Every page that somebody reaches by links and forms is quiet: no error in the console, nothing the policy forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import ConsoleMessage, Error, Page, Response

from accounts.models import User
from accounts.states import Role
from cqrs_portal.training.people import PEOPLE, Person
from cqrs_portal.training.places import BISCAY, NATIONAL, PRACTICES, UTSIRE, VIKING

FILES = re.compile(r"\.(csv|json|zip)$|/(csv|xlsx|pdf)/$")
PLACES = (BISCAY.code, VIKING.code, NATIONAL.code, UTSIRE.place.code, PRACTICES[0].code)
ONE_OF_EACH = list({(each.organisation, each.roles): each for each in PEOPLE if each.organisation in PLACES}.values())
"""One person for each set of roles in each of these organisations; of the practices and networks, one."""

SOME = [next(each for each in ONE_OF_EACH if each.organisation == code) for code in PLACES]

SECONDS_OF_EACH = 20  # whole walks through the portal


LEFT_ALONE = {"account_logout", "accounts:end_other_sessions", "accounts:end_session"}
"""Forms that would end the walk."""

EXAMPLES = "/ui/"
"""Where every component is shown: its forms lead nowhere."""

OF_ONE_ROW = re.compile(r"\d.*")
"""The end of a button's value that names one row of many."""

SENDERS = [
    next(each for each in PEOPLE if role in each.roles)
    for role in (
        Role.APPROVAL_MANAGEMENT, Role.FINANCE_MANAGEMENT, Role.COMMISSIONING_MANAGEMENT,
        Role.ORGANISATION_ADMINISTRATOR, Role.REFERENCE_DATA, Role.SERVICE_RELEASE, Role.SERVICE_MANAGEMENT,
    )
]  # fmt: skip
"""Who finds the forms there are, among them."""

NOTHING, WRONG, NOTHING_THEN = "nothing", "something wrong", "nothing, once it was asked"
PATIENCE = 5_000

FORMS = """all => all.map((form, at) => ({
  at, action: form.getAttribute('action') || location.pathname + location.search,
  buttons: [...form.elements].filter(each => each.type === 'submit').map(each => `${each.name}=${each.value}`)}))"""
"""The forms of the page that post: where to, and with which buttons."""

SEND = """([at, button, kind]) => {
  const form = [...document.querySelectorAll("main form[method=post]")][at];
  for (const each of form.elements) {
    if (['checkbox', 'radio'].includes(each.type)) each.checked = kind !== 'nothing';
    else if (!['hidden', 'submit', 'file', 'button', 'fieldset'].includes(each.type) && each.tagName !== 'SELECT')
      each.value = kind === 'nothing' ? '' : 'wrong 99/99';
  }
  form.noValidate = true;
  form.requestSubmit([...form.elements].filter(each => each.type === 'submit')[button]);
}"""
"""Send a form with nothing in it, or with what fits nowhere and everything ticked, by one of its buttons."""


class Sending(NamedTuple):
    """A form by the name of the page it posts to, one of its buttons, and whether it was sent with nothing."""

    name: str
    button: str
    kind: str


class Form(NamedTuple):
    """A form of a page by its number there, where it posts to, and the buttons that send it."""

    at: int
    action: str
    buttons: list[str]


class Listener:
    """What the console said and which files were missing while somebody walked; `answers` are statuses of pages."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[str] = []
        self.answers: dict[int, set[str]] = {}
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.heard.append(f"{page.url}: {error}"))
        page.on("response", self._receive)

    def _hear(self, message: ConsoleMessage) -> None:
        """The browser's own word on the status of a page is no error of the page's: files are told of below."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.heard.append(f"{self.page.url}: {message.text}")

    def _receive(self, response: Response) -> None:
        if response.request.resource_type == "document":
            self.answers.setdefault(response.status, set()).add(_name(response.url))
        elif response.status >= 400:
            self.heard.append(f"{self.page.url}: {response.status} {response.url}")


@pytest.mark.usefixtures("training_portal")
def test_every_page_is_quiet_whoever_walks_there(page: Page, live_server: Any) -> None:
    assert _heard(page, live_server.url, SOME) == []


@pytest.mark.full
@pytest.mark.usefixtures("training_portal")
def test_every_page_is_quiet_for_each_set_of_roles(page: Page, live_server: Any) -> None:
    assert _heard(page, live_server.url, ONE_OF_EACH) == []


@pytest.mark.usefixtures("training_portal")
def test_every_form_is_answered_quietly(page: Page, live_server: Any) -> None:
    listener = Listener(page)

    sent: set[Sending] = set()
    for person in SENDERS:
        sent |= _send_forms(page, live_server.url, person, sent)

    assert listener.heard == []
    assert len(sent) >= 40, sent
    assert Sending("achievement:act", "=", NOTHING_THEN) in sent, sent
    assert {200, 422} <= listener.answers.keys()
    assert {status: names for status, names in listener.answers.items() if status >= 500 or status == 405} == {}


@pytest.mark.usefixtures("training_portal")
def test_pages_that_say_no_are_quiet(page: Page, live_server: Any) -> None:
    listener = Listener(page)
    _sign_in(page, live_server.url, SOME[0])
    act = {"action": "withdraw", "totals": "1", "seen": "1:1", "key": "k"}

    for status, path, sent in (
        (404, "/no/such/page/", None),
        (404, "/achievement/achievements/999999/", None),
        (403, "/achievement/declare/", None),
        (403, "/achievement/overnight/", None),
        (409, "/achievement/declarations/act/", act),
        (409, "/achievement/declarations/act/", act | {"action": "approve", "all_matching": "forged"}),
        (422, "/account/organisation/", {"organisation": "none"}),
        (403, "/account/organisation/", {"csrfmiddlewaretoken": "forged"}),
    ):
        answer = _ask(page, live_server.url, path, sent)
        assert answer == status, (path, sent, answer)

    assert listener.heard == []


def _ask(page: Page, portal: str, path: str, sent: Mapping[str, str] | None) -> int:
    """The status of a page, or of the answer to a form of it that was tampered with."""
    if sent is None:
        response = page.goto(portal + path, wait_until="load")
    else:
        page.goto(f"{portal}/account/organisation/", wait_until="load")
        with page.expect_navigation(wait_until="load") as led_to:
            page.evaluate(TAMPERED, [path, dict(sent)])
        response = led_to.value
    assert response is not None
    return response.status


TAMPERED = """([path, sent]) => {
  const form = document.querySelector("main form[method=post]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  form.replaceChildren();
  for (const [name, value] of Object.entries({csrfmiddlewaretoken: token, ...sent})) {
    const field = document.createElement("input");
    Object.assign(field, {type: "hidden", name, value});
    form.append(field);
  }
  form.noValidate = true;
  form.setAttribute("action", path);
  form.submit();
}"""
"""A form of the page, sent elsewhere with other fields."""


def _heard(page: Page, portal: str, people: list[Person]) -> list[str]:
    """What the console said while these people walked."""
    listener = Listener(page)
    walked = {name for person in people for name in _walk(page, portal, person)}
    assert len(walked) > 20, walked
    return listener.heard


def _sign_in(page: Page, portal: str, person: Person) -> None:
    client = Client()
    client.force_login(User.objects.get(email=person.email))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": portal}])


def _walk(page: Page, portal: str, person: Person) -> set[str]:
    """Follow every link to a page of a name not seen yet; the names."""
    return {_name(path) for path in _pages(page, portal, person)}


def _pages(page: Page, portal: str, person: Person) -> Iterator[str]:
    """One path for each name of a page that links lead to, while it is shown."""
    _sign_in(page, portal, person)
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
        yield path


def _send_forms(page: Page, portal: str, person: Person, done: Set[Sending]) -> set[Sending]:
    """Send every form that this person finds, by each of its buttons, with nothing and with what fits nowhere; but what
    was done before."""
    found: dict[tuple[str, str], tuple[str, int, int]] = {}
    for path in _pages(page, portal, person):
        if path.startswith(EXAMPLES):
            continue
        for form in map(_form, page.eval_on_selector_all("main form[method=post]", FORMS)):
            for number, button in enumerate(form.buttons):
                what = _name(urljoin(path, form.action)), OF_ONE_ROW.sub("", button)
                found.setdefault(what, (path, form.at, number))
    sent: set[Sending] = set()
    for (name, button), (path, at, number) in found.items():
        for kind in (NOTHING, WRONG) if name not in LEFT_ALONE else ():
            sending = Sending(name, button, kind)
            if sending not in done and _send(page, portal, person, path, [at, number, kind]):
                sent |= {sending, *_send_on(page, {*done, *sent})}
    return sent


def _send_on(page: Page, done: Set[Sending]) -> set[Sending]:
    """What a form led to asks something itself, such as a reason: that is sent with nothing in it."""
    for form in map(_form, page.eval_on_selector_all("main form[method=post]", FORMS)[:1]):
        name, button = _name(urljoin(page.url, form.action)), OF_ONE_ROW.sub("", "".join(form.buttons[:1]))
        sending = Sending(name, button, NOTHING_THEN)
        if form.buttons and name not in LEFT_ALONE and sending not in done and _led_on(page, [form.at, 0, NOTHING]):
            return {sending}
    return set()


def _form(told: Mapping[str, Any]) -> Form:
    return Form(**told)


def _send(page: Page, portal: str, person: Person, path: str, how: list[Any]) -> bool:
    """Whether the form was still there to be sent, and led to a page."""
    page.goto(portal + path, wait_until="load")
    if "/account/login/" in page.url:
        _sign_in(page, portal, person)
        page.goto(portal + path, wait_until="load")
    if page.locator("main form[method=post]").count() <= how[0]:
        return False
    return _led_on(page, how)


def _led_on(page: Page, how: list[Any]) -> bool:
    """Send one form of the page that is shown; False where it leads to no page, as one that a script sends."""
    with suppress(Error):
        with page.expect_navigation(wait_until="load", timeout=PATIENCE):
            page.evaluate(SEND, how)
        return True
    return False


def _name(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""
