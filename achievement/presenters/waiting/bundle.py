"""*Escalate*: the evidence of a waiting network for the help desk: facts as JSON and CSV, and a page to read."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from html import escape
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from achievement.presenters.waiting.findings import Finding
from achievement.queries.causes import Known, Waiting
from achievement.states import State
from core import clock
from ui.sheets import FORMULA
from ui.wording import count, moment, money


def bundle_of(
    found: Sequence[Waiting], told: Sequence[Finding], known: Known, *, by: str, help_desk: str, pounds: bool
) -> bytes:
    """A zip of facts.json, lines.csv and evidence.html; without pounds for whoever does not see them."""
    return zip_of(facts_of(found, told, known, by=by, help_desk=help_desk, pounds=pounds), told, pounds=pounds)


def zip_of(facts: Mapping[str, Any], told: Sequence[Finding], *, pounds: bool) -> bytes:
    """The same of facts that are gathered already."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("facts.json", json.dumps(facts, indent=2, ensure_ascii=False))
        archive.writestr("lines.csv", _lines_csv(facts["lines"], pounds=pounds))
        archive.writestr("evidence.html", _html(facts, told, pounds=pounds))
    return out.getvalue()


def facts_of(
    found: Sequence[Waiting], told: Sequence[Finding], known: Known, *, by: str, help_desk: str, pounds: bool
) -> dict[str, Any]:
    """All that is known of a waiting network, as JSON keeps it."""
    network, lead = known.network, known.lead
    return {
        "network": {"org_id": network.code, "name": network.name},
        "lead_commissioning_organisation": {"org_id": lead.code, "name": lead.name} if lead else None,
        "as_at": clock.now().isoformat(),
        "asked_by": by,
        "help_desk": help_desk,
        "causes": [_cause(each, pounds=pounds) for each in told],
        "totals": [_total(each, known, pounds=pounds) for each in found],
        "lines": [line for each in found for line in _lines(each, known, pounds=pounds)],
    }


def _cause(each: Finding, *, pounds: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "number": int(each.cause),
        "cause": each.cause.label,
        "sentence": each.title,
        "practices": [practice.code for practice in each.practices],
        "services": list(each.services),
        "dates": [day.isoformat() for day in each.dates],
        "evidence": list(each.evidence),
        "who_can_act": each.who,
        "days": each.days,
    }
    return said | ({"approved_and_held": str(each.held)} if pounds else {})


def _total(each: Waiting, known: Known, *, pounds: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "service": known.services[each.key.service_id].code,
        "achievement_date": each.key.achievement_date.isoformat(),
        "practices_expected": each.expected,
        "practices_ready": each.ready,
    }
    return said | ({"approved_and_held": str(each.held)} if pounds else {})


def _lines(each: Waiting, known: Known, *, pounds: bool) -> list[dict[str, Any]]:
    lines = []
    for line in each.lines:
        practice = known.practices.get(line.practice_id or 0)
        said: dict[str, Any] = {
            "service": known.services[line.key.service_id].code,
            "achievement_date": line.key.achievement_date.isoformat(),
            "org_id": practice.code if practice else known.network.code,
            "name": practice.name if practice else known.network.name,
            "line": line.line_id,
            "version": line.version,
            "status": State(line.state).label if line.state in State.values else (line.state and str(line.state)),
            "causes": [int(cause) for cause in line.causes],
        }
        lines.append(said | ({"amount": None if line.amount is None else str(line.amount)} if pounds else {}))
    return lines


def _lines_csv(lines: Sequence[Mapping[str, Any]], *, pounds: bool) -> str:
    columns = ["service", "achievement_date", "org_id", "name", "line", "version", "status", "causes"]
    columns += ["amount"] if pounds else []
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.upper() for column in columns])
    writer.writerows([[_cell(line[column]) for column in columns] for line in lines])
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> str:
    """As text, never as a formula."""
    text = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _html(facts: Mapping[str, Any], told: Sequence[Finding], *, pounds: bool) -> str:
    """A page that opens anywhere, with nothing to load."""
    network = f"{facts['network']['name']} ({facts['network']['org_id']})"
    parts = [
        "<!doctype html><html lang='en-GB'><head><meta charset='utf-8'>",
        f"<title>{escape(f'Why {network} waits')}</title></head><body>",
        f"<h1>{escape(f'Why is {network} waiting?')}</h1>",
        _sentence(f"As at {moment(clock.now())}, asked by {facts['asked_by']}."),
        _sentence(f"Send this to {facts['help_desk']}."),
        "<ol>",
    ]
    for each in told:
        held = f", {money(each.held)} approved and held" if pounds else ""
        parts.append(f"<li><h2>{escape(each.title)}</h2>")
        where = f"{each.cause.label} (cause {int(each.cause)}), {each.when}"
        parts.append(_sentence(f"{where}: {count(each.days, 'day')}{held}."))
        parts += [_sentence(sentence) for sentence in each.evidence]
        parts.append(_sentence(f"Who can act: {each.who}"))
        parts.append("</li>")
    parts.append("</ol><h2>Totals that wait</h2><ul>")
    for total in facts["totals"]:
        said = (
            f"{total['service']}, {total['achievement_date']}: "
            f"{total['practices_ready']} of {total['practices_expected']} practices ready"
        )
        parts.append(f"<li>{escape(said)}</li>")
    return "".join([*parts, "</ul></body></html>"])


def _sentence(text: str) -> str:
    return f"<p>{escape(text)}</p>"
