"""What the frame round every page shows, and what every page tells the frame. Templates: layouts/*.jinja.

`Frame` is about the person and the portal (a context processor makes it); `Page` is about one page: each app's
presenters inherit from it and pass it to the template as `page`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm


@dataclass(frozen=True)
class Link:
    """A line that leads somewhere. `current` marks the page one is on."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class Tab(Link):
    """One of the portal's seven tabs; a tab without an address is not shown."""


@dataclass(frozen=True, kw_only=True)
class SessionWatch:
    """The end of a session (session_end.jinja): in how many seconds if nothing is done, and how long before it is
    warned of. `href` says how long is left, and puts it off by POST; `person` names what the browser keeps."""

    seconds: int
    warn_seconds: int
    href: str
    sign_in_href: str
    person: int


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Who is here, for whom they act, and where they can go. Empty: nobody is signed in.

    `banner` is the training sentence, empty in production; `session` warns of the session's end. `search_href` is
    where the search box asks (GET, `q`); empty shows no box. `sign_out_href` takes a POST.
    """

    user_name: str = ""
    organisation: str = ""
    change_organisation_href: str = ""
    account_href: str = ""
    sign_in_href: str = ""
    sign_out_href: str = ""
    home_href: str = "/"
    tabs: Sequence[Tab] = ()
    sub_tabs: Sequence[Link] = ()
    search_href: str = ""
    search_text: str = ""
    banner: str = ""
    session: SessionWatch | None = None
    footer_links: Sequence[Link] = ()

    @property
    def shown_tabs(self) -> list[Tab]:
        return [tab for tab in self.tabs if tab.href]

    @property
    def shown_sub_tabs(self) -> list[Link]:
        return [tab for tab in self.sub_tabs if tab.href]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the frame needs from a page. Inherit from it; a template may name only what its page declares.

    `title` is the one h1 and comes first in the window's title, followed by `subject` ("Weight Management").
    `caption` stands above the h1; None says the organisation acted for, an empty string nothing.
    `in_error` puts "Error: " before the window's title, and 422 is answered (`ui.answers`); a page whose form refuses
    what it was given is so by itself. `breadcrumb` leads from Home down to the page's parent.
    `sub_tabs` and `frame`, when given, take the place of the context processor's.
    """

    title: str
    subject: str = ""
    caption: str | None = None
    in_error: bool = False
    breadcrumb: Sequence[Link] = ()
    sub_tabs: Sequence[Link] = ()
    frame: Frame | None = None

    def __post_init__(self) -> None:
        if any(isinstance(each, BaseForm) and each.errors for each in vars(self).values()):
            object.__setattr__(self, "in_error", True)

    @property
    def window_title(self) -> str:
        """`Error: Record achievement - Weight Management`; the layout adds the portal's name."""
        parts = " - ".join(part for part in (self.title, self.subject) if part)
        return f"Error: {parts}" if self.in_error else parts


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """A page that says what went wrong; layouts/error.jinja makes it of the `error` in its context.

    `sentences` say what and why; `who_can` names people or roles, for 403; `reference` is quoted to the help desk;
    `saved` and `not_saved` are sentences for 409 and 500; `ways_on` are links out of here.
    """

    sentences: Sequence[str] = ()
    who_can: Sequence[str] = ()
    reference: str = ""
    saved: str = ""
    not_saved: str = ""
    ways_on: Sequence[Link] = ()


def error_page(error: Any, title: str) -> ErrorPage:
    """The page for an error: a `core.errors.PortalError`, a mapping, or nothing; what it does not say is left out."""
    given = error if isinstance(error, Mapping) else getattr(error, "__dict__", {})
    names = ("sentences", "who_can", "reference", "saved", "not_saved", "ways_on")
    said = {name: given[name] for name in names if given.get(name)}
    return ErrorPage(title=given.get("title") or getattr(error, "title", "") or title, **said)


NOBODY = Frame()
