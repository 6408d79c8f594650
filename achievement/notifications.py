"""What people are told about achievements and overnight runs: a sentence, a page, and the text of an e-mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from achievement.models import Achievement, NilSettlement, OvernightRun, Shard
from achievement.states import NilState, State
from operations.kinds import MailKind
from operations.notifications import Notice
from organisations.models import PayeeProposal
from ui.wording import count, listed, long_date, moment, money, note_for

NAMED_AT_MOST = 10


def run_failed(run: OvernightRun, failed: Sequence[Shard], user: User) -> Notice:
    """A run is through, and these shards of it failed."""
    said = {"user": user, "run": run, "failed": failed[:NAMED_AT_MOST], "more": max(0, len(failed) - NAMED_AT_MOST)}
    return Notice(
        f"The overnight run of {run} failed for {count(len(failed), 'commissioning organisation')}",
        reverse("achievement:overnight_run", args=[run.pk]),
        "emails/overnight_run_failed.txt",
        said,
        MailKind.OVERNIGHT,
    )


def run_not_started(day: date, expected_at: datetime, earlier: OvernightRun | None, user: User) -> Notice:
    """The run of a day had not begun by its set time; `earlier` is the one that is still under way, if any."""
    return Notice(
        f"The overnight run of {long_date(day)} had not started by {moment(expected_at)}",
        reverse("achievement:overnight_runs"),
        "emails/overnight_run_not_started.txt",
        {"user": user, "earlier": earlier},
        MailKind.OVERNIGHT,
    )


@dataclass(frozen=True)
class Moved:
    """What one act did to achievements that one organisation acts on next: `done` as in "approved", by whom, why; and
    whether they came back, or went on. `taken_back`: the reader does not act on them next, but did, or waits."""

    done: str
    by: str
    note: str
    state: State
    rows: Sequence[Achievement]
    came_back: bool = False
    taken_back: bool = False

    @property
    def pounds(self) -> Decimal:
        return sum((row.amount for row in self.rows), Decimal(0))


NEXT: Mapping[State, tuple[str, str]] = {
    State.AWAITING_PROVIDER: ("awaits your declaration", "await your declaration"),
    State.AWAITING_COMMISSIONER: ("awaits your approval", "await your approval"),
    State.AWAITING_FINANCE: ("awaits your finance approval", "await your finance approval"),
    State.HELD: ("was rejected and is held until its figures change", "were rejected and are held"),
    State.FINANCE_APPROVED: ("has finance approval", "have finance approval"),
}


KINDS: Mapping[State, MailKind] = {
    State.AWAITING_PROVIDER: MailKind.DECLARATION,
    State.AWAITING_COMMISSIONER: MailKind.APPROVAL,
    State.AWAITING_FINANCE: MailKind.FINANCE,
    State.HELD: MailKind.CAME_BACK,
    State.FINANCE_APPROVED: MailKind.FINANCE_APPROVED,
}


def achievements_moved(moved: Moved, user: User, *, pounds: bool) -> Notice:
    """What happened to achievements, and who acts next: the reader, but for what has finance approval.

    `pounds` says whether the reader sees them.
    """
    one, many = _taken_back(moved) if moved.taken_back else NEXT[moved.state]
    sentence = f"{_what(moved.rows[0])}:{_amount(moved.pounds, ' ', pounds=pounds)} {one}"
    if len(moved.rows) > 1:
        sentence = f"{count(len(moved.rows), 'achievement')}{_amount(moved.pounds, ', ', pounds=pounds)}, {many}"
    lines = [f"{_what(row)}{_amount(row.amount, ': ', pounds=pounds)}" for row in moved.rows[:NAMED_AT_MOST]]
    more, note = max(0, len(moved.rows) - NAMED_AT_MOST), note_for(moved.note, pounds=pounds)
    said = {"user": user, "moved": moved, "note": note, "lines": lines, "more": more}
    kind = MailKind.CAME_BACK if moved.came_back or moved.taken_back else KINDS[moved.state]
    return Notice(sentence, _page(moved), "emails/achievements_moved.txt", said, kind)


def _taken_back(moved: Moved) -> tuple[str, str]:
    """ "is Awaiting Service Provider Approval again: withdrawn"."""
    return f"is {moved.state.label} again: {moved.done}", f"are {moved.state.label} again: {moved.done}"


def _amount(amount: Decimal, before: str, *, pounds: bool) -> str:
    return f"{before}{money(amount)}" if pounds else ""


def _what(row: Achievement) -> str:
    return f"{row.service.short_name}, {long_date(row.achievement_date)}, {row.provider.name}"


def _page(moved: Moved) -> str:
    if moved.taken_back or (len(moved.rows) == 1 and moved.state != State.AWAITING_PROVIDER):
        return reverse("achievement:achievement", args=[moved.rows[0].pk])
    if moved.state in (State.AWAITING_COMMISSIONER, State.AWAITING_FINANCE):
        return f"{reverse('achievement:declaration_management')}?{urlencode({'status': int(moved.state)})}"
    return reverse("achievement:declare")


def payee_proposed(proposal: PayeeProposal, user: User) -> Notice:
    """A payee was proposed for a network; the reader confirms or declines it."""
    return Notice(
        f"{proposal.network.name}: {proposal.payee.name} is proposed as Nominated Payee from "
        f"{long_date(proposal.start_date)}",
        reverse("organisations:payee_proposal", args=[proposal.pk]),
        "emails/payee_proposed.txt",
        {"user": user, "proposal": proposal, "days": _days(proposal)},
        MailKind.PAYEES,
    )


def payee_changed(proposal: PayeeProposal, before: Sequence[str], user: User) -> Notice:
    """A payee was confirmed; the reader is of the network, or of the payee before or from now on."""
    return Notice(
        f"{proposal.network.name}: {proposal.payee.name} is Nominated Payee from {long_date(proposal.start_date)}",
        reverse("organisations:payees_of_network", args=[proposal.network.code]),
        "emails/payee_changed.txt",
        {"user": user, "proposal": proposal, "days": _days(proposal), "before": listed(before)},
        MailKind.PAYEES,
    )


def payee_settled(proposal: PayeeProposal, note: str, user: User) -> Notice:
    """What became of the payee that the reader proposed."""
    return Notice(
        f"{proposal.network.name}: {proposal.payee.name} as Nominated Payee was {proposal.state_label.lower()}",
        reverse("organisations:payee_proposal", args=[proposal.pk]),
        "emails/payee_settled.txt",
        {"user": user, "proposal": proposal, "note": note},
        MailKind.PAYEES,
    )


@dataclass(frozen=True)
class NilMoved:
    """A nil settlement as it stands now, who brought it there, and what they noted."""

    settlement: NilSettlement
    by: str
    note: str


NIL_SAID: Mapping[NilState, str] = {
    NilState.PROPOSED: "to settle its line as nil awaits a second person",
    NilState.SETTLED: "its line is settled as nil",
    NilState.DECLINED: "to settle its line as nil was declined",
    NilState.WITHDRAWN: "to settle its line as nil was withdrawn",
    NilState.LIFTED: "its line is awaited again: the nil settlement was lifted",
    NilState.REPLACED: "its line is approved, and takes the place of the nil settlement",
}


def nil_moved(moved: NilMoved, user: User, *, pounds: bool) -> Notice:
    """How a line that is settled as nil stands; to whoever confirms it, who proposed it, and those it concerns."""
    settlement = moved.settlement
    state = NilState(settlement.state)
    what = f"{settlement.provider.name}, {settlement.service.short_name}, {long_date(settlement.achievement_date)}"
    said = {
        "user": user,
        "settlement": settlement,
        "moved": moved,
        "reason": note_for(settlement.reason, pounds=pounds),
        "note": note_for(moved.note, pounds=pounds),
        "is_pending": settlement.is_pending,
        "is_settled": settlement.is_settled,
    }
    return Notice(
        f"{what}: {NIL_SAID[state]}",
        reverse("achievement:nil_settlement", args=[settlement.pk]),
        "emails/nil_settlement.txt",
        said,
        MailKind.NIL_SETTLEMENT,
    )


def _days(proposal: PayeeProposal) -> str:
    until = f" to {long_date(proposal.end_date)}" if proposal.end_date else " on"
    return f"from {long_date(proposal.start_date)}{until}"
