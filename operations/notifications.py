"""E-mail: written with the transaction it tells of, sent from the outbox, once to each person for each event."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from core.sealing import SealedElsewhere, seal, unseal
from operations.commands import after_commit
from operations.kinds import Frequency, MailKind
from operations.models import DigestItem, MailPreference, OutboxMessage

log = logging.getLogger(__name__)

SEND = "operations.send_email"
SEALED, MAIL = "sealed", "e-mail"
"""Under which key a sealed text stands in the outbox, and what it is sealed for."""
PERMANENT = range(500, 600)
"""SMTP answers that the same message will get again."""


@dataclass(frozen=True)
class Notice:
    """What somebody is told: one sentence, which is the task and the subject; the page; and the e-mail's template.

    Of a notice with a kind, the reader chooses when it is sent; one without is always sent at once.
    """

    sentence: str
    href: str
    template: str
    said: Mapping[str, Any] = field(default_factory=dict)
    kind: MailKind | None = None

    @property
    def address(self) -> str:
        """The page's whole address; empty where the portal does not know its own."""
        return f"{settings.PORTAL_URL.rstrip('/')}{self.href}" if settings.PORTAL_URL else ""

    def text(self) -> str:
        return render_to_string(self.template, {"notice": self, **self.said}).strip() + "\n"


def send(notice: Notice, *, event: str, to: str) -> bool:
    """Have a person told of an event once this transaction has committed, at once or with their digest, as they chose
    for its kind; False where they are told already, or chose not to be.

    The caller sees to it that no two transactions tell of one event at a time.
    """
    chosen = _choice_of(to, notice.kind) if notice.kind else None
    if chosen is None or chosen.frequency == Frequency.AT_ONCE:
        return hand_over(notice, event=event, to=to)
    if chosen.frequency == Frequency.NEVER:
        return False
    _item, is_news = DigestItem.objects.get_or_create(
        user_id=chosen.user_id,
        event=event[:300],
        defaults={"sentence": notice.sentence[:300], "address": notice.address},
    )
    return is_news


def hand_over(notice: Notice, *, event: str, to: str) -> bool:
    """Give an e-mail to the outbox, whatever its reader chose; False where it was given before."""
    if OutboxMessage.objects.filter(task=SEND, keys__event=event, keys__to=to).exists():
        return False
    after_commit(SEND, {"event": event, "to": to, "subject": notice.sentence, "text": notice.text()})
    return True


@transaction.atomic
def hand_over_sealed(subject: str, text: str, *, to: str) -> None:
    """Give an e-mail that is written already to the outbox, where nobody reads it: each is an event of its own.

    It is opened when it is sent, and forgotten then.
    """
    after_commit(SEND, {"event": f"text {uuid4().hex}", "to": to, "subject": subject, SEALED: seal(text, MAIL)})


def _choice_of(address: str, kind: MailKind) -> MailPreference | None:
    return MailPreference.objects.filter(user__email=address, kind=kind).first()


def deliver_email(keys: Mapping[str, str]) -> None:
    """Hand one e-mail to the mail server. What it refuses for now is raised, for the outbox to try again; an address
    that it will never take is logged, and left; so is what no key opens any more."""
    try:
        text = unseal(keys[SEALED], MAIL) if SEALED in keys else keys["text"]
    except SealedElsewhere as closed:
        log.error("The e-mail %s to %s cannot be read, and is not sent: %s", keys["event"], keys["to"], closed)
        return
    message = EmailMessage(keys["subject"], text, to=[keys["to"]], headers={"Message-ID": _id(keys)})
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        if any(code not in PERMANENT for code, _said in refused.recipients.values()):
            raise
        log.warning("The mail server will not take %s: %s", keys["to"], refused.recipients)
    if SEALED in keys:
        _forget(keys)


def _forget(keys: Mapping[str, str]) -> None:
    """A sealed text has gone where it was to go: nothing of it is kept, in the transaction that notes it as done."""
    left = {name: value for name, value in keys.items() if name != SEALED}
    OutboxMessage.objects.filter(task=SEND, keys__event=keys["event"], keys__to=keys["to"]).update(keys=left)


def _id(keys: Mapping[str, str]) -> str:
    """The same e-mail has the same id: one that is sent again, because its worker died, is known to mail programs."""
    digest = hashlib.sha256(f"{keys['event']}|{keys['to']}".encode()).hexdigest()[:32]
    return f"<{digest}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition('@')[2]}>"
