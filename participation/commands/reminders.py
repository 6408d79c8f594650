"""Whoever answers offers is reminded some days before the day to respond by, once; overnight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from accounts.queries import holders_in
from accounts.states import Role
from core import clock
from core.actors import Actor
from core.commands import command
from operations.commands import after_commit
from operations.notifications import send
from operations.tasks_for_people import ask, ever_asked, settle_keys
from organisations.models import Organisation
from participation import notifications
from participation.models import Participation
from participation.states import State

REMIND = "participation.remind_of_offers"
DAYS_BEFORE = 7
AT_A_TIME = 200


@command
def plan_reminders(*, by: Actor) -> int:
    """Have whoever is to answer within DAYS_BEFORE days reminded, of offers that nobody was reminded of. Answers how
    many offers there are."""
    soon = (clock.today(), clock.today() + timedelta(days=DAYS_BEFORE))
    unanswered = Participation.objects.in_state(State.OFFERED).filter(respond_by__range=soon)
    keys = {task_key(id): id for id in unanswered.order_by("provider", "pk").values_list("pk", flat=True)}
    reminded = ever_asked(keys)
    ids = [id for key, id in keys.items() if key not in reminded]
    for start in range(0, len(ids), AT_A_TIME):
        after_commit(REMIND, {"ids": ids[start : start + AT_A_TIME]})
    return len(ids)


@command
def remind_of_offers(ids: Collection[int], *, by: Actor) -> int:
    """A task on Home for each of these offers, and one e-mail to each person who answers for the provider. What was
    answered meanwhile, and what was reminded of before, is left. Answers how many offers were reminded of."""
    rows = Participation.objects.in_state(State.OFFERED).filter(pk__in=ids, respond_by__gte=clock.today())
    concerned: dict[Organisation, list[Participation]] = defaultdict(list)
    for row in rows.select_related("service", "provider", "commissioner").order_by("respond_by", "pk"):
        href = notifications.answer_href()
        sentence = notifications.to_answer(row)
        if ask(task_key(row.pk), row.provider_id, Role.SERVICE_MANAGEMENT, sentence, href):
            concerned[row.provider].append(row)
    holders = holders_in(Role.SERVICE_MANAGEMENT, [each.pk for each in concerned])
    for provider, news in concerned.items():
        event = f"offers to answer {provider.code} {news[0].pk}"
        for user in holders[provider.pk]:
            send(notifications.offers_to_answer(news, user), event=event, to=user.email)
    return sum(map(len, concerned.values()))


@command
def settle_reminders(keys: Collection[tuple[int, int | None, int]], *, by: Actor) -> int:
    """The tasks of offers that are no longer to be answered are done. Triples of (service, network or None, provider);
    answers how many."""
    services, providers = {service for service, _, _ in keys}, {provider for _, _, provider in keys}
    settled = Participation.objects.filter(service__in=services, provider__in=providers, respond_by__isnull=False)
    ids = settled.exclude(state=State.OFFERED).values_list("pk", flat=True)
    return settle_keys({task_key(id) for id in ids})


def task_key(participation_id: int) -> str:
    return f"offer {participation_id} to answer"
