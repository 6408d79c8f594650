"""A list size is corrected by hand: what is asked, and what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from organisations.commands import ListCorrected
from organisations.models import Organisation
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import WouldChange
from ui.tables import Table


@dataclass(frozen=True, kw_only=True)
class ListSizePage(Page):
    """The figure and the reason; then what they would do. `lists` are those known."""

    form: PortalForm | None
    change: WouldChange | None
    cancel_href: str
    lists: Table


def done(corrected: ListCorrected) -> str:
    return " ".join(["List size saved.", *(effect.sentence for effect in corrected.effects)])


def practice_href(practice: Organisation) -> str:
    return reverse("organisations:practice", args=[practice.code])


def breadcrumb(practice: Organisation) -> Sequence[Link]:
    return (Link("Home", reverse("home:home")), Link(practice.name, practice_href(practice)))
