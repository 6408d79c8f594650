"""What ODS was asked about a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from organisations.models import OdsRequest, Organisation
from organisations.states import ASK_ODS, ODS_REQUEST, RequestState
from ui.components import Event
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.wording import moment

DONE = {move.name: move.done for move in ODS_REQUEST.values()} | {ASK_ODS.name: ASK_ODS.done}


@dataclass(frozen=True)
class RequestShown:
    """One request: what was asked, by whom and when, the answer, and whether it is open."""

    anchor: str
    seen: str
    heading: str
    text: str
    status: str
    asked: str
    answer: str
    is_open: bool
    form: PortalForm | None


@dataclass(frozen=True, kw_only=True)
class RequestsPage(Page):
    """Requests to ODS about one network: a new one, and those that were made."""

    form: PortalForm | None
    refused: PortalForm | None
    may_not: str
    requests: Sequence[RequestShown]
    href: str
    answer_href: str
    close_href: str
    events: Sequence[Event]


def requests_page(
    network: Organisation, rows: Iterable[OdsRequest], moves: Iterable[Any], form: PortalForm | None, may_not: str,
    answer_form: Any, refused: PortalForm | None,
) -> RequestsPage:  # fmt: skip
    code = network.code
    return RequestsPage(
        title="Requests to ODS",
        subject=network.name,
        caption=f"{network.name} ({code})",
        breadcrumb=(
            Link("Home", reverse("home:home")),
            Link(network.name, reverse("organisations:network", args=[code])),
        ),
        form=form,
        refused=refused,
        may_not=may_not,
        requests=[_shown(row, may=form is not None, answer_form=answer_form) for row in rows],
        href=reverse("organisations:ods_requests", args=[code]),
        answer_href=reverse("organisations:note_answer", args=[code]),
        close_href=reverse("organisations:close_request", args=[code]),
        events=[_event(move) for move in moves],
    )


def _shown(row: OdsRequest, *, may: bool, answer_form: Any) -> RequestShown:
    about = f" about {row.practice.name} ({row.practice.code})" if row.practice else ""
    is_open = row.state != RequestState.CLOSED
    return RequestShown(
        anchor=f"request-{row.pk}",
        seen=f"{row.pk}:{row.version}",
        heading=f"Request {row.pk}{about}",
        text=row.text,
        status=row.state_label,
        asked=f"Asked {moment(row.asked_at)}, {row.asked_by.name}.",
        answer=f"Answer, {moment(row.answered_at)}: {row.answer}" if row.answered_at else "",
        is_open=is_open,
        form=answer_form(row) if is_open and may else None,
    )


def _event(move: Any) -> Event:
    who = move.by.name if move.by else "CQRS Portal"
    return Event(move.at, who, f"{DONE.get(move.transition, move.transition)}, request {move.row_id}", move.note)
