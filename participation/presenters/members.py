"""Where ODS is asked to end a membership that an end date does not end, and what it was asked already."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from core import clock
from participation.queries.members import StillMember
from ui.frame import Link
from ui.wording import long_date


def ask_links(members: Sequence[StillMember]) -> list[Link]:
    """Of each practice: the request that is open, or a new one, filled in, for whoever may ask."""
    return [_asked(each) if each.request else _ask(each) for each in members if each.request or each.may_ask]


def _asked(each: StillMember) -> Link:
    """`ODS was asked about Malin Practice (V10112) on 3 December 2021: answer awaited`."""
    request = each.request
    assert request is not None
    on = long_date(request.asked_at.astimezone(clock.LONDON).date())
    said = f"ODS was asked about {each.practice} on {on}: {request.state_label.lower()}"
    return Link(said, f"{_page(each)}#request-{request.pk}")


def _ask(each: StillMember) -> Link:
    text = (
        f"{each.practice} is still recorded as a member of {each.network}. If it has left, please end its membership "
        "on the day it left."
    )
    query = urlencode({"practice": each.practice.code, "text": text})
    return Link(f"Ask ODS about {each.practice}, with the request filled in", f"{_page(each)}?{query}")


def _page(each: StillMember) -> str:
    return reverse("organisations:ods_requests", args=[each.network.code])
