"""Acts: done once for each Idempotency-Key, answered with what moved, what did not, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import IntegerChoices
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from core.actors import Actor
from core.errors import Conflict, Invalid, NotPermitted, NotVisible, PortalError
from core.transitions import Refused
from operations.idempotency import once

KEY_LENGTH = 100

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": KEY_LENGTH},
    OpenApiParameter.HEADER,
    description="One request, one effect: the same key again is answered the same, and nothing is done twice.",
)


class NothingMoved(PortalError):
    """No row moved: the error of their reasons, with each row's own."""

    def __init__(
        self, kind: type[PortalError], refused: Sequence[Mapping[str, Any]], sentences: Sequence[str],
        who_can: Sequence[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(*sentences, who_can=who_can)
        self.status, self.title, self.refused = kind.status, kind.title, refused


def acts(
    path: str, request: Any, response: Any, summary: str, *, status: int = 200, **options: Any
) -> Callable[[Any], Any]:
    """Mark a method of a view set as an act: POST to `path`, with its shapes in the OpenAPI document. `options` are
    the view's for this act, such as `parser_classes`."""

    def marked(method: Any) -> Any:
        described = extend_schema(
            summary=summary, description=method.__doc__ or "", request=request, responses={status: response},
            parameters=[IDEMPOTENCY_KEY],
        )  # fmt: skip
        posted = action(
            detail=False, methods=["post"], url_path=path, filter_backends=[], pagination_class=None, **options
        )
        return described(posted(method))

    return marked


def done_once(request: Request, what: Mapping[str, Any], do: Callable[[], Any], *, by: Actor, act: str) -> Any:
    """Do it once for the request's Idempotency-Key, and give the answer, plain JSON. Without a key it is simply done.

    Raises Invalid for a key that is too long, Conflict for one that came with another request.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_LENGTH:
        raise Invalid(f"Idempotency-Key must be {KEY_LENGTH} characters or fewer: it is {len(key)}.")
    asked = {**what, "organisation": by.organisation_id}
    return once(key, asked, do, by=by, action=f"api.{act}")


def preview_or_once(
    request: Request, what: Mapping[str, Any], do: Callable[[], Any], *, by: Actor, act: str, preview: bool
) -> Any:
    """A preview keeps nothing, so it uses no key."""
    return do() if preview else done_once(request, what, do, by=by, act=act)


def refuse_all(
    refused: Collection[Refused],
    names: Mapping[int, str],
    stale: Collection[str],
    sentences: Sequence[str],
    who_can: Callable[[], Sequence[str]],
) -> NothingMoved:
    """The error to raise where no row moved: 404 where none may be seen, 403 where somebody else may, else 409.

    `names` are those of rows that may be seen; `stale` the sentences that say a row is no longer as it was.
    """
    rows = refused_rows(refused, names)
    if not any(row.id in names for row in refused):
        return NothingMoved(NotVisible, rows, ["You may not be able to see these rows, or they do not exist."])
    seen = [row for row in refused if row.id in names]
    if any(reason not in stale for row in seen for reason in row.reasons):
        return NothingMoved(NotPermitted, rows, sentences, who_can())
    return NothingMoved(Conflict, rows, sentences)


def stale_sentences(states: type[IntegerChoices]) -> set[str]:
    """What a transition says of a row that is no longer as it was: its state, or its version (core.transitions)."""
    return {"It has changed since you saw it.", *(f"It is {label}." for label in states.labels)}


def refused_rows(refused: Collection[Refused], names: Mapping[int, str]) -> list[dict[str, Any]]:
    return [{"id": row.id, "name": names.get(row.id, ""), "reasons": list(row.reasons)} for row in refused]
