"""What people are told once a day: kept as it happens, and sent in one e-mail each morning."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.db import transaction

from core import clock
from operations.models import DigestItem
from operations.notifications import Notice, hand_over
from ui.wording import count, long_date


def send_digests() -> int:
    """Send what was kept until this morning's hour, or an earlier one that was missed; answers to how many people.

    Whoever sends holds the rows locked, so that two ticks at a time send nothing twice.
    """
    until = _last_hour(clock.now())
    with transaction.atomic():
        waiting = DigestItem.objects.filter(sent_at=None, at__lt=until).select_related("user")
        items = list(waiting.order_by("user_id", "pk").select_for_update(skip_locked=True, of=("self",)))
        people = [(user, list(theirs)) for user, theirs in groupby(items, key=attrgetter("user"))]
        for user, theirs in people:
            if user.is_active:
                sentence = f"{count(len(theirs), 'thing')} to know of {long_date(until.astimezone(clock.LONDON))}"
                notice = Notice(sentence, "/", "emails/digest.txt", {"user": user, "items": theirs})
                hand_over(notice, event=f"digest {theirs[0].pk}", to=user.email)
        DigestItem.objects.filter(pk__in=[item.pk for item in items]).update(sent_at=clock.now())
    return len(people)


def _last_hour(now: datetime) -> datetime:
    """The last time before now that the clock in London showed the hour of the digests."""
    local = now.astimezone(clock.LONDON)
    today = datetime.combine(local.date(), time.fromisoformat(settings.DIGEST_AT), clock.LONDON)
    return today if today <= local else today - timedelta(days=1)
