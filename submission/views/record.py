"""*Record Achievement* and *Record Provider Achievement*: find the service and the date, and begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.rules import Acting, PortalRequest
from core.dates import FinancialYear
from core.errors import NotVisible
from submission import commands, rules
from submission.changes import Key
from submission.forms import AddForm, RecordForm
from submission.presenters import record as shown
from submission.queries import entry
from submission.queries.entry import DateLine
from ui.answers import render
from ui.tables import Address, Table
from ui.wording import long_date

if TYPE_CHECKING:
    from catalogue.formats import Definition
    from catalogue.models import QualityService
    from organisations.models import Organisation

NO_ROLE = (
    "You can look, and not enter figures: that needs the role Achievement Entry; PCN Management enters a PCN's own "
    "figures too. A user administrator of your organisation can grant them."
)


@dataclass
class Looked:
    """What the address asks for, step by step: each choice narrows the next. Empty where nothing is chosen yet."""

    services: Sequence[tuple[QualityService, Definition]]
    years: Sequence[FinancialYear]
    year: FinancialYear | None = None
    service: QualityService | None = None
    definition: Definition | None = None
    providers: Sequence[Organisation] | None = None
    provider: Organisation | None = None
    lines: Sequence[DateLine] = ()


@require_GET
def record_achievement(request: PortalRequest) -> HttpResponse:
    """A practice's or network's own figures."""
    by, here = request.actor, request.actor.organisation
    services = entry.services_of(here) if here else []
    looked = _looked(request.GET, services)
    looked.provider = here
    return _answer(request, by, looked, "Record Achievement")


@require_GET
def record_provider_achievement(request: PortalRequest) -> HttpResponse:
    """Figures of a practice, entered by the commissioning organisation on its behalf."""
    looked = _looked(request.GET, entry.services_seen(request.actor))
    looked.providers = entry.providers_seen(request.actor, looked.service.pk) if looked.service else []
    looked.provider = _named(looked.providers, request.GET.get("provider", ""), "code")
    return _answer(request, request.actor, looked, "Record Provider Achievement")


@require_POST
def add(request: PortalRequest) -> HttpResponse:
    """*Add New Achievement*."""
    form = AddForm(request.POST)
    if not form.is_valid():
        raise NotVisible("There is no such service, date or provider.")
    given = form.cleaned_data
    commands.begin_submission(key_at(given["service"], given["date"].isoformat(), given["provider"]), by=request.actor)
    return redirect(shown.summary_href(given["service"], given["date"], given["provider"]))


def key_at(code: str, day: str, provider: str) -> Key:
    """The key of an address; NotVisible where it names nothing."""
    key = entry.key_at(code, day_at(day), provider)
    if key is None:
        raise NotVisible(entry.NOT_SEEN)
    return key


def day_at(text: str) -> date:
    """The day in an address; NotVisible where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotVisible(f"{text} is not a date.") from None


def _looked(given: Any, services: Sequence[tuple[QualityService, Definition]]) -> Looked:
    years = entry.years_of(services)
    year = _named(years, given.get("year", ""), "starts_in") or (years[0] if years else None)
    in_year = [each for each in services if year in each[0].financial_years]
    looked = Looked(in_year, years, year)
    by_code = {service.code: (service, definition) for service, definition in in_year}
    only = next(iter(by_code.values())) if len(by_code) == 1 else None
    found = by_code.get(given.get("service", "")) or only
    if found:
        looked.service, looked.definition = found
    return looked


def _named(among: Sequence[Any] | None, asked: str, attribute: str) -> Any:
    return next((each for each in among or () if str(getattr(each, attribute)) == asked), None)


def _answer(request: PortalRequest, by: Acting, looked: Looked, title: str) -> HttpResponse:
    if looked.service and looked.definition and looked.provider and looked.year:
        looked.lines = entry.date_lines(looked.service, looked.definition, looked.provider, looked.year)
    form = RecordForm(_filled(request.GET, looked), **_choices(looked))
    address = Address.of(request)
    page = shown.RecordPage(
        title=title,
        in_error=not form.is_valid(),
        breadcrumb=shown.home(),
        filters=form,
        address=address,
        nothing=_nothing(looked),
        table=_table(looked, address),
        chosen=_chosen(by, looked, request.GET.get("date", "")),
    )
    return render(request, "submission/record.jinja", {"page": page})


def _filled(given: Any, looked: Looked) -> dict[str, str]:
    """The address, with what was chosen for the reader; a date of another service is dropped."""
    filled = {name: given.get(name, "") for name in ("year", "service", "provider", "date")}
    filled["year"] = str(looked.year.starts_in) if looked.year else ""
    filled["service"] = looked.service.code if looked.service else ""
    filled["provider"] = looked.provider.code if looked.provider else ""
    days = {line.day.isoformat() for line in looked.lines}
    return filled | ({} if filled["date"] in days else {"date": ""})


def _choices(looked: Looked) -> dict[str, Any]:
    providers = looked.providers
    return {
        "years": [(str(year.starts_in), str(year)) for year in looked.years],
        "services": [(service.code, service.name) for service, _definition in looked.services],
        "providers": None if providers is None else [(each.code, f"{each.name} ({each.code})") for each in providers],
        "dates": [
            (line.day.isoformat(), f"{long_date(line.day)}: {shown.payment_of(line.is_payment_date).lower()}")
            for line in looked.lines
        ],
    }


def _nothing(looked: Looked) -> str:
    """Why there is no list; empty where there is one."""
    if not looked.services:
        return "No quality service that figures are entered for has been offered yet. When one is, it is listed here."
    if not looked.service:
        return "Select a quality service, then Apply."
    if not looked.provider:
        return "Select a service provider, then Apply."
    return "" if looked.lines else "No achievement date of this service has come yet in this financial year."


def _table(looked: Looked, address: Address) -> Table | None:
    if not (looked.service and looked.provider and looked.lines):
        return None
    address = address.with_(service=looked.service.code)
    rows = [shown.row_of(line, looked.service.code, looked.provider, address) for line in looked.lines]
    return Table(caption="Achievement dates", columns=shown.COLUMNS, rows=rows, noun=("date", "dates"))


def _chosen(by: Acting, looked: Looked, asked: str) -> shown.Chosen | None:
    line = next((each for each in looked.lines if each.day.isoformat() == asked), None)
    if not (line and looked.service and looked.definition and looked.provider):
        return None
    cannot = "" if rules.enters(by) else NO_ROLE
    return shown.chosen_of(line, looked.service.code, looked.definition.short_name, looked.provider, cannot)
