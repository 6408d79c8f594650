"""Portland Surgery's Weight Management from entry to finance approval: the world of story A, and who acts in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.test import Client

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from achievement.commands.outcomes import Outcome
from achievement.models import Achievement
from achievement.queries.declarations import ToDeclare
from core.transitions import Seen
from organisations.models import Organisation
from submission.changes import Key
from submission.commands import Figures, submit_achievement_data
from tests.factories.accounts import UserFactory, acting_as
from tests.factories.achievement import seen
from tests.factories.organisations import PracticeFactory
from tests.factories.participation import ParticipationFactory
from tests.factories.submission import BY_HAND, NOVEMBER, REFERRALS, AllocationFactory, World, world

OCTOBER = date(2021, 10, 31)


@dataclass
class Payments:
    """The world, and people who each act in one stage."""

    world: World
    manager: Acting
    approver: Acting
    finance: Acting

    @property
    def service(self) -> Any:
        return self.world.service

    @property
    def achievement(self) -> Achievement:
        """November's, as it is now."""
        return Achievement.objects.get(provider=self.world.practice, achievement_date=NOVEMBER)

    def submit(self, value: int = 37, *, day: date = NOVEMBER, by: Acting | None = None) -> Any:
        figures = Figures({REFERRALS: value}, BY_HAND)
        return submit_achievement_data(self.world.key(day), figures, by=by or self.manager)

    def chosen(self, *rows: Achievement, text_version: int | None = 1, note: str = "") -> list[ToDeclare]:
        return [ToDeclare(row, text_version, note) for row in seen(*(rows or (self.achievement,)))]

    def declare(self, *, by: Acting | None = None, note: str = "") -> Outcome:
        return commands.declare_achievements(self.chosen(note=note), by=by or self.manager)

    def approve(self) -> Outcome:
        return commands.approve_achievements(self.as_seen(), by=self.approver)

    def give_finance_approval(self) -> Outcome:
        return commands.approve_practice_payments(self.as_seen(), by=self.finance)

    def as_seen(self) -> list[Seen]:
        return seen(self.achievement)

    def declared(self, value: int = 37) -> Achievement:
        self.submit(value)
        self.declare()
        return self.achievement

    def approved(self, value: int = 37) -> Achievement:
        self.declared(value)
        self.approve()
        return self.achievement

    def finally_approved(self, value: int = 37) -> Achievement:
        self.approved(value)
        self.give_finance_approval()
        return self.achievement

    def another_practice(self, name: str, *, allocation: int = 30) -> tuple[Organisation, Acting]:
        """Another practice that takes part, and its manager."""
        practice = PracticeFactory.create(name=name, parent=self.world.commissioner)
        ParticipationFactory.create(
            service=self.service, provider=practice, network=None, commissioner=self.world.commissioner
        )
        AllocationFactory.create(service=self.service, provider=practice, amount=allocation)
        return practice, somebody(practice, Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT)

    def submit_for(self, practice: Organisation, value: int, by: Acting) -> Achievement:
        key = Key(self.service.pk, NOVEMBER, practice.pk)
        submit_achievement_data(key, Figures({REFERRALS: value}, BY_HAND), by=by)
        return Achievement.objects.get(provider=practice, achievement_date=NOVEMBER)


def somebody(organisation: Organisation, *roles: Role, name: str = "", **grant: Any) -> Acting:
    user = UserFactory.create(**({"name": name} if name else {}))
    return acting_as(*roles, organisation=organisation, user=user, **grant)


def payments(**changes: Any) -> Payments:
    """Tamsin Dale enters and declares at the practice, Ada Marsh approves, Cleo Finch gives finance approval."""
    made = world(**changes)
    entry = (Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT)
    return Payments(
        made,
        somebody(made.practice, *entry, name="Tamsin Dale"),
        somebody(made.commissioner, Role.APPROVAL_MANAGEMENT, name="Ada Marsh"),
        somebody(made.commissioner, Role.FINANCE_MANAGEMENT, name="Cleo Finch"),
    )


def signed_in(actor: Acting) -> Client:
    client = Client()
    client.force_login(actor.user)
    session = client.session
    session["acting_organisation"] = actor.organisation_id
    session.save()
    return client


def said(response: Any) -> str:
    """The page's text, white space folded."""
    text = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&#39;", "'").split())
