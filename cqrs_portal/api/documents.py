"""What the API is documented as: every operation, with every answer, the refusals too."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

from cqrs_portal.api.problems import PROBLEM, TITLES, Problem


class PortalSchema(AutoSchema):
    """Every answer of every operation, the refusals too."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if direction == "response":
            for status in self._problems():
                said = self._get_response_for_code(Problem, str(status), media_types=[PROBLEM])
                bodies.setdefault(str(status), {**said, "description": TITLES[status]})
        return bodies

    def _problems(self) -> list[int]:
        statuses = {401, 403, 429}
        if self.method == "POST":
            return sorted(statuses | {400, 404, 409, 413, 415, 422})
        statuses |= {422 if self._is_list_view() else 404}
        view: Any = self.view
        return sorted(statuses | view.may_refuse.get(view.action, set()))


def refuse_other_names(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What is sent has the names it has, and no others (`StrictSerializer`)."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result
