"""One achievement, one network, and Network Declaration Management."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import uuid4

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.rules import Acting, PortalRequest
from achievement import rules
from achievement.forms import NetworkListForm
from achievement.presenters import declarations as lists_shown
from achievement.presenters import details as shown
from achievement.presenters import nil as nil_shown
from achievement.queries import acts, compare, declarations, details, nil, readiness
from achievement.queries.addresses import network_href
from achievement.queries.figures import lacks_allocation
from achievement.states import State
from achievement.views.settled import network_events, settle_links, with_settlements
from core import clock
from core.dates import FinancialYear
from core.errors import NotPermitted, NotVisible
from core.paging import page_of
from ui.answers import render
from ui.components import Confirm, Explanation
from ui.frame import Link
from ui.tables import Address, Pager
from ui.wording import long_date, moment, money, month, period

NO_POUNDS = "Your roles show points, not pounds."


@require_GET
def achievement(request: PortalRequest, achievement_id: int) -> HttpResponse:
    by = request.actor
    found = details.achievement_seen_by(by, achievement_id)
    pounds, can, settled = rules.sees_pounds(by), acts.possible(found, by), nil.of_line(by, found)
    page = shown.AchievementPage(
        title=f"{found.service.short_name}, {long_date(found.achievement_date)}",
        subject=found.provider.name,
        caption=f"{found.provider.name} ({found.provider.code})",
        breadcrumb=lists_shown.breadcrumb(results=not _commissions(by)),
        status=State(found.state).label,
        facts=_facts(found, pounds=pounds),
        explanation=_explanation(found, whole=_sees_whole(found, by)) if pounds else None,
        actions=[_button(request, found, act) for act in can if act.action != acts.DECLARES],
        cannot=[shown.CannotDo(*each) for each in acts.impossible(found, by)],
        events=with_settlements(
            [shown.event_of(change, pounds=pounds) for change in details.history_of(found)], settled, pounds=pounds
        ),
        settled=nil_shown.settled_lines(settled, pounds=pounds),
        network_link=_network_link(found, by),
        declare_link=_declare_link(can),
        accepted=shown.accepted_words(declarations.accepted_texts(found)),
    )
    return render(request, "achievement/achievement.jinja", {"page": page})


@require_GET
def compare_periods(request: PortalRequest, achievement_id: int) -> HttpResponse:
    """An achievement beside the period before."""
    by = request.actor
    found = details.achievement_seen_by(by, achievement_id)
    if not rules.sees_pounds(by):
        raise NotPermitted(NO_POUNDS)
    difference = compare.differences_of([found.pk]).get(found.pk)
    if difference is None:
        raise NotVisible("There is no earlier payment period to compare with.")
    before = details.achievement_seen_by(by, difference.before.pk)
    then, now = month(before.achievement_date), month(found.achievement_date)
    whole = _sees_whole(found, by)
    page = shown.ComparePage(
        title=f"Compare with {difference.period}",
        subject=found.service.short_name,
        caption=f"{found.provider.name} ({found.provider.code})",
        breadcrumb=[
            *lists_shown.breadcrumb()[:1],
            Link(f"{found.service.short_name}, {now}", reverse("achievement:achievement", args=[found.pk])),
        ],
        lead_sentence=f"{now}: {difference.words}.",
        table=shown.inputs_table(difference.inputs, then, now),
        explanations=[(now, _explanation(found, whole=whole)), (then, _explanation(before, whole=whole))],
    )
    return render(request, "achievement/compare.jinja", {"page": page})


@require_GET
def explanation_json(request: PortalRequest, achievement_id: int) -> HttpResponse:
    by = request.actor
    found = details.achievement_seen_by(by, achievement_id)
    if not rules.sees_pounds(by):
        raise NotPermitted(NO_POUNDS)
    about = {
        "achievement": found.pk,
        "quality_service": found.service.name,
        "service_version": found.service_version.number,
        "org_id": found.provider.code,
        "achievement_date": found.achievement_date.isoformat(),
    }
    return JsonResponse({**about, "explanation": details.explanation_of(found).to_json()})


@require_GET
def network(request: PortalRequest, code: str, service_code: str, day: str) -> HttpResponse:
    by = request.actor
    found = details.network_date_seen_by(by, code, service_code, _day(day))
    pounds = rules.sees_pounds(by) and details.sees_network_pounds(by, found.network, found.total)
    lines = readiness.member_lines(found.service.pk, found.achievement_date, found.network.pk)
    settled = nil.of_network(by, found.service.pk, found.achievement_date, found.network.pk)
    page = shown.NetworkPage(
        title=f"{found.service.short_name}, {long_date(found.achievement_date)}",
        subject=found.network.name,
        caption=f"{found.network.name} ({found.network.code})",
        breadcrumb=[
            Link("Home", reverse("home:home")),
            Link("Network Declaration Management", reverse("achievement:network_declaration_management")),
        ],
        status=State(found.total.state).label if found.total else "Waiting",
        lead_sentence=shown.lead_sentence(found, lines, pounds=pounds),
        why=None if found.total else _why(found.network.code),
        facts=_network_facts(found),
        table=shown.network_table(lines, pounds=pounds, caption="Practices of this network"),
        worked_out=nil_shown.worked_out(found, lines, pounds=pounds),
        settled=nil_shown.settled_lines(settled, pounds=pounds),
        settle=settle_links(by, found, lines),
        actions=[_button(request, found.total, act) for act in acts.possible(found.total, by)] if found.total else [],
        cannot=[shown.CannotDo(*each) for each in acts.impossible(found.total, by)] if found.total else [],
        events=network_events(found, settled, pounds=pounds),
    )
    return render(request, "achievement/network.jinja", {"page": page})


@require_GET
def networks(request: PortalRequest) -> HttpResponse:
    """Network Declaration Management: every network for one service and one achievement date."""
    by = request.actor
    address = Address.of(request)
    services = list(details.network_services())
    chosen = next((each for each in services if each.code == address.get("service")), services[0] if services else None)
    dates = details.payment_dates_until_today(chosen) if chosen else []
    years = sorted({FinancialYear.of(day) for day in dates}, reverse=True)
    year = next((each for each in years if str(each) == address.get("year")), years[0] if years else None)
    in_year = [day for day in dates if year and FinancialYear.of(day) == year]
    day = next((each for each in in_year if each.isoformat() == address.get("date")), in_year[0] if in_year else None)
    form = NetworkListForm(
        {"year": str(year or ""), "service": chosen.code if chosen else "", "date": day.isoformat() if day else ""},
        years=[(str(each), str(each)) for each in years],
        services=[(each.code, each.name) for each in services],
        dates=in_year,
    )
    return render(request, "achievement/networks.jinja", {"page": _networks_page(by, address, form, chosen, day)})


def _networks_page(
    by: Acting, address: Address, form: NetworkListForm, service: object, day: date | None
) -> shown.NetworksPage:
    pager, pounds = Pager.sized(address), rules.sees_network_pounds(by)
    seen = details.networks_led(by)
    found = page_of(seen, ("name", "code"), after=address.get("after"), size=pager.size)
    rows = _network_rows(by, found.rows, service, day, pounds=pounds) if service and day else []
    return shown.NetworksPage(
        title="Network Declaration Management",
        breadcrumb=[Link("Home", reverse("home:home"))],
        filters=form,
        table=shown.network_list_table(rows, pounds=pounds, count=seen.count() if rows else 0),
        pager=pager.followed_by(found.next_cursor),
        as_at=f"Figures as at {moment(clock.now())}.",
    )


def _network_rows(by: Acting, found: list[Any], service: Any, day: date, *, pounds: bool) -> list[shown.NetworkListRow]:
    ids = [each.pk for each in found]
    ready = readiness.readiness_of([(service.pk, day, id) for id in ids])
    totals = details.totals_of(service, day, ids)
    shows = details.pounds_seen_of(by, ids, totals.values()) if pounds else set()
    return [
        shown.network_list_row(
            each, service.code, day, ready[service.pk, day, each.pk], totals.get(each.pk), pounds=each.pk in shows
        )
        for each in found
    ]


def _why(code: str) -> Link:
    return Link("Why is this network waiting?", reverse("achievement:waiting_network", args=[code]))


def _button(request: PortalRequest, row: Any, act: acts.Possible) -> Confirm:
    hidden = (
        ("action", act.action),
        ("seen", f"{row.pk}:{row.version}"),
        ("back", request.path),
        ("totals", act.totals),
        ("key", uuid4().hex),
    )
    label = lists_shown.ACTIONS[act.action][0]
    style: Literal["primary", "warning"] = (
        "primary" if act.action in (lists_shown.APPROVE, lists_shown.FINANCE_APPROVE) else "warning"
    )
    return Confirm(href=reverse("achievement:act"), button=label, cancel_href="", style=style, hidden=hidden)


def _facts(found: Any, *, pounds: bool) -> list[tuple[str, str]]:
    paid_for = details.payment_period_of(found)
    facts = [
        ("Quality Service", found.service.name),
        ("Payment Period", period(*paid_for)),
        ("Date of Achievement", long_date(found.achievement_date)),
        ("Commissioning Organisation", found.commissioner.name),
        ("Reference", found.reference),
    ]
    return [*facts, ("Achievement Amount", money(found.amount))] if pounds else facts


def _network_facts(found: details.NetworkDate) -> list[tuple[str, str]]:
    payee = found.payee
    return [
        ("Quality Service", found.service.name),
        ("Achievement Date", long_date(found.achievement_date)),
        ("Nominated Payee on that date", f"{payee.name} ({payee.code})" if payee else "None is nominated"),
        *([("Reference", found.total.reference)] if found.total else []),
    ]


def _declare_link(can: list[acts.Possible]) -> Link | None:
    """*Declare* has a page of its own: its text is read there."""
    may = any(act.action == acts.DECLARES for act in can)
    return Link("Declare Achievement", reverse("achievement:declare")) if may else None


def _compare_links(found: Any) -> list[Link]:
    difference = compare.differences_of([found.pk]).get(found.pk)
    if difference is None:
        return []
    change = "no change" if not difference.pounds else difference.words.split(" than ")[0]
    href = reverse("achievement:compare", args=[found.pk])
    return [Link(f"Compare with {difference.period}: {change}", href)]


def _commissions(by: Acting) -> bool:
    return by.organisation is not None and by.organisation.is_commissioner


def _sees_whole(found: Any, by: Acting) -> bool:
    """Whether the total that a line is part of is shown: to its network, and to who commissions it."""
    return rules.sees_network_pounds(by) and by.organisation_id in (found.network_id, found.commissioner_id)


def _explanation(found: Any, *, whole: bool) -> Explanation:
    explained = details.explanation_of(found)
    version = found.service_version
    released = (
        f", released {long_date(version.released_at.astimezone(clock.LONDON).date())}" if version.released_at else ""
    )
    total = found.network_achievement
    said = [f"Part of {found.network.name}'s {money(total.amount)}."] if total and whole else []
    said += [f"{compare.NO_ALLOCATION.capitalize()}."] if lacks_allocation(found) else []
    return shown.explained(
        explained.amount,
        f"{found.service.short_name}, {long_date(found.achievement_date)}, {found.provider.name}",
        f"Service version {version.number}{released}",
        explained.steps,
        said,
        [
            Link("Download as JSON", reverse("achievement:explanation_json", args=[found.pk])),
            *_compare_links(found),
            *_figures_link(found),
        ],
    )


def _figures_link(found: Any) -> list[Link]:
    """To the figures that a practice is paid for; a line of a network is worked out from lists."""
    if found.network_id:
        return []
    where = [found.service.code, found.achievement_date.isoformat(), found.provider.code]
    return [Link("The figures that were submitted", reverse("submission:summary", args=where))]


def _network_link(found: Any, by: Acting) -> Link | None:
    """To its network's page, for whoever may open it: a parent organisation that does not lead the network may not."""
    if not found.network or by.organisation_id not in (found.provider_id, found.network_id, found.commissioner_id):
        return None
    href = network_href(found.network.code, found.service.code, found.achievement_date)
    return Link(f"{found.network.name}, {long_date(found.achievement_date)}", href)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotVisible(details.UNSEEN) from None
