"""What of achievements waits for somebody: the lines of Home."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Count, Min, Sum
from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from achievement.models import Achievement
from achievement.queries.adjustments import commissioned
from achievement.queries.declarations import to_declare
from achievement.queries.details import awaiting
from achievement.queries.nil import to_confirm
from achievement.queries.sent_back import SentBack, sent_back
from achievement.rules import sees_pounds
from achievement.states import NilState, State
from core.needs import Need
from organisations.models import Kind
from ui.wording import count, long_date

NETWORKS_NAMED = SENT_BACK_NAMED = 5


def needs_of(by: Acting) -> list[Need]:
    """What awaits this person in the organisation they act for, each a link to the page already filtered on it."""
    if by.organisation is None:
        return []
    if by.organisation.kind != Kind.COMMISSIONER:
        return [*_sent_back(by), *_to_declare(by)]
    return [
        *_sent_back(by), *_to_declare(by), *_to_approve(by), *_nil_to_confirm(by), *_to_finance(by),
        *_to_be_adjusted(by), *_waiting_networks(by),
    ]  # fmt: skip


def _to_declare(by: Acting) -> Iterator[Need]:
    """What awaits declaration, and when it can be."""
    if not by.is_shown_tasks_of(Role.DECLARATION_MANAGEMENT):
        return
    found = to_declare(by).aggregate(count=Count("pk"), pounds=Sum("amount"))
    if found["count"]:
        await_ = "awaits" if found["count"] == 1 else "await"
        declares = by.holds(Role.DECLARATION_MANAGEMENT)
        sentence = f"{count(found['count'], 'achievement')} {await_} {'your ' if declares else ''}declaration"
        yield Need(sentence, found["pounds"] if sees_pounds(by) else None, _to_declare_href(declares=declares))


def _to_declare_href(*, declares: bool) -> str:
    """*Declare* is for whoever declares; a Supervisor looks at the same achievements among the results."""
    if declares:
        return reverse("achievement:declare")
    return f"{reverse('achievement:achievement_results')}?{urlencode({'status': int(State.AWAITING_PROVIDER)})}"


def _sent_back(by: Acting) -> Iterator[Need]:
    """What came back to whoever acts next, one sentence for each act, with who sent it and why."""
    mine = {
        State.AWAITING_PROVIDER: (Role.DECLARATION_MANAGEMENT, "provider"),
        State.HELD: (Role.ACHIEVEMENT_ENTRY, "provider"),
        State.AWAITING_COMMISSIONER: (Role.APPROVAL_MANAGEMENT, "commissioner"),
    }
    for state, (role, whose) in mine.items():
        if by.is_shown_tasks_of(role):
            for act in sent_back(state, whose, by)[:SENT_BACK_NAMED]:
                yield Need(act.sentence, act.pounds if sees_pounds(by) else None, _page_of(act))


def _page_of(act: SentBack) -> str:
    if act.rows == 1:
        return reverse("achievement:achievement", args=[act.first_id])
    query = urlencode({"status": int(act.state), "period": act.achievement_date.isoformat()})
    return f"{reverse('achievement:declaration_management')}?{query}"


def _to_approve(by: Acting) -> Iterator[Need]:
    if by.holds(Role.APPROVAL_MANAGEMENT):
        yield from _need(by, State.AWAITING_COMMISSIONER, "approval", ("achievement", "achievements"))


def _nil_to_confirm(by: Acting) -> Iterator[Need]:
    """Lines that somebody else proposes to settle as nil: one leads to itself, several to their list."""
    found = to_confirm(by) if by.holds(Role.APPROVAL_MANAGEMENT) else []
    if len(found) == 1:
        each = found[0]
        what = f"{each.provider.name}, {each.service.short_name}, {long_date(each.achievement_date)}"
        sentence = f"To settle a line as nil awaits a second person: {what}"
        yield Need(sentence, None, reverse("achievement:nil_settlement", args=[each.pk]))
    elif found:
        query = urlencode({"status": int(NilState.PROPOSED)})
        sentence = f"{count(len(found), 'proposal')} to settle lines as nil await a second person"
        yield Need(sentence, None, f"{reverse('achievement:nil_settlements')}?{query}")


def _to_finance(by: Acting) -> Iterator[Need]:
    if by.holds(Role.FINANCE_MANAGEMENT):
        yield from _need(by, State.AGGREGATED, "finance approval", ("PCN achievement", "PCN achievements"))
        yield from _need(by, State.AWAITING_FINANCE, "finance approval", ("achievement", "achievements"))


def _to_be_adjusted(by: Acting) -> Iterator[Need]:
    """What finance has approved differs from what is due: its finance officers and approvers see to it by hand."""
    if not by.holds(Role.FINANCE_MANAGEMENT, Role.APPROVAL_MANAGEMENT):
        return
    found = commissioned(by)
    if found.count:
        are = "line that has finance approval is" if found.count == 1 else "lines that have finance approval are"
        sentence = f"{found.count:,} {are} to be adjusted"
        yield Need(sentence, found.net, reverse("achievement:to_be_adjusted"), "in all")


def _need(by: Acting, state: State, what: str, noun: tuple[str, str]) -> Iterator[Need]:
    found = awaiting(by, state)
    if found.count:
        await_ = "awaits" if found.count == 1 else "await"
        sentence = f"{count(found.count, *noun)} {await_} your {what}"
        yield Need(
            sentence,
            found.pounds,
            f"{reverse('achievement:declaration_management')}?{urlencode({'status': int(state)})}",
        )


def _waiting_networks(by: Acting) -> Iterator[Need]:
    """Networks with approved lines that wait for the others, most pounds first; each leads to why it waits."""
    lines = Achievement.objects.in_state(State.AWAITING_NETWORK).filter(commissioner=by.organisation_id).order_by()
    waiting = lines.values("network__name", "network__code").annotate(since=Min("achievement_date"), held=Sum("amount"))
    for row in waiting.order_by("-held", "network__code")[:NETWORKS_NAMED]:
        href = reverse("achievement:waiting_network", args=[row["network__code"]])
        pounds = row["held"] if sees_pounds(by) else None
        yield Need(f"{row['network__name']} waits since {long_date(row['since'])}", pounds, href, "held")
