"""How the API says no: problem details (RFC 9457), with the sentences that the pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from core.errors import Conflict, Invalid, NotPermitted, PortalError
from cqrs_portal.api.wording import in_our_words, request_in_our_words
from operations.api.shapes import RefusedSerializer

PROBLEM = "application/problem+json"
UNSEEN = "You may not be able to see this, or it does not exist."
TITLES = {
    400: "This cannot be read",
    401: "You are not signed in",
    403: NotPermitted.title,
    404: "Not found",
    405: "This cannot be done here",
    409: Conflict.title,
    413: "This is too large",
    415: "This cannot be read",
    422: Invalid.title,
    429: "Too many requests",
    500: "Something went wrong",
}


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="The name of the field, such as `end_date` or `seen.0.version`.")
    sentence = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Why not, in the sentences that the pages show (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    who_can = serializers.ListField(child=serializers.CharField(), required=False, help_text="Who can instead; 403.")
    errors = FieldProblem(  # type: ignore[assignment]  # the name of a property of serializers, which is not used here
        many=True, required=False, help_text="Fields that are wrong; 422."
    )
    refused = RefusedSerializer(many=True, required=False, help_text="Rows that did not move, and why.")


def problem_of(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an error of a view; None for one that nobody foresaw, which is a 500."""
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.APIException):
        headers = _headers(error)
        body = _of_framework(error)
    elif isinstance(error, PortalError):
        body = problem(error.status, error.sentences, who_can=error.who_can, refused=getattr(error, "refused", ()))
    elif isinstance(error, Http404):
        body = problem(404, [UNSEEN])
    elif isinstance(error, PermissionDenied):
        body = problem(403, ["You may not do this."])
    else:
        return None
    return Response(body, status=body["status"], content_type=PROBLEM, headers=headers)


def problem(status: int, sentences: Sequence[str], **more: Sequence[Any]) -> dict[str, Any]:
    """A problem's document; `more` is left out where it is empty."""
    title = TITLES.get(status, "There is a problem")
    said = [str(sentence) for sentence in sentences] or [f"{title}."]
    members = {name: list(value) for name, value in more.items() if value}
    kind = f"urn:cqrs-portal:problem:{title.lower().replace(' ', '-')}"
    return {"type": kind, "title": title, "status": status, "detail": " ".join(said), "sentences": said, **members}


def problem_answer(error: PortalError | None = None) -> JsonResponse:
    """A problem outside any view of the API; without an error, one that nobody foresaw."""
    body = problem(error.status, error.sentences) if error else problem(500, ["Nothing of this request was saved."])
    return JsonResponse(body, status=body["status"], content_type=PROBLEM)


def _of_framework(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        found = [(field, in_our_words(said, field)) for field, said in _fields_in(error.detail, "")]
        return problem(422, [_sentence(field, said) for field, said in found], errors=_named(found))
    if isinstance(error, exceptions.NotAuthenticated):
        return problem(401, ["Sign in, or send a token of the API."])
    if isinstance(error, exceptions.Throttled):
        return problem(429, [f"Too many requests. Try again in {round(getattr(error, 'wait', None) or 1)} seconds."])
    return problem(error.status_code, [request_in_our_words(str(error.detail))])


def _sentence(field: str, said: str) -> str:
    return f"{field}: {said}" if field and not said.startswith(f"{field} ") else said


def _named(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"field": field, "sentence": said} for field, said in found if field]


def _fields_in(detail: Any, path: str) -> Iterable[tuple[str, str]]:
    """(field, sentence) of nested refusals; the name of a field in a list is `seen.0.version`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            below = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _fields_in(inner, below)
    elif isinstance(detail, list):
        for at, inner in enumerate(detail):
            yield from _fields_in(inner, f"{path}.{at}".lstrip(".") if isinstance(inner, dict) else path)
    else:
        yield path, str(detail)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    given = {"WWW-Authenticate": getattr(error, "auth_header", None), "Retry-After": getattr(error, "wait", None)}
    return {name: str(round(value) if name == "Retry-After" else value) for name, value in given.items() if value}
