"""Which e-mails people get, and when."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import User
from accounts.queries import mail_choices_of
from core.actors import Actor
from core.commands import command
from core.errors import Invalid, NotPermitted
from core.locking import lock_ids
from operations.kinds import Frequency, MailKind
from operations.models import MailPreference


@command
def choose_mail(choices: Mapping[MailKind, Frequency], *, by: Actor) -> None:
    """A person says when they get e-mails of each kind; tasks on Home stay as they are.

    Raises NotPermitted for the portal itself, Invalid for a kind that no role of theirs is told by.
    """
    if by.user_id is None:
        raise NotPermitted("Which e-mails somebody gets is their own choice.")
    lock_ids(User, [by.user_id])
    theirs = mail_choices_of(User.objects.get(pk=by.user_id))
    for kind, frequency in choices.items():
        if kind not in theirs:
            raise Invalid(f"{kind.label}: none of your roles gets these e-mails.")
        MailPreference.objects.update_or_create(user_id=by.user_id, kind=kind, defaults={"frequency": frequency})
