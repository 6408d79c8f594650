"""Texts that somebody typed and has not used yet, such as a note on a row they left out: kept until they do."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.actors import Actor
from core.texts import as_text
from operations.models import KeptText


@transaction.atomic
def keep_texts(texts: Mapping[str, str], *, by: Actor) -> None:
    """Keep each text under its name, in place of the one before; an empty one is kept no longer."""
    given = [(name, as_text(text)) for name, text in sorted(texts.items())]
    _kept(by).filter(name__in=[name for name, text in given if not text.strip()]).delete()
    if by.user_id is None or by.organisation_id is None:
        return
    KeptText.objects.bulk_create(
        [
            KeptText(user_id=by.user_id, organisation_id=by.organisation_id, name=name, text=text, at=clock.now())
            for name, text in given
            if text.strip()
        ],
        update_conflicts=True,
        unique_fields=["user", "organisation", "name"],
        update_fields=["text", "at"],
    )


def kept_texts(names: Collection[str], *, by: Actor) -> dict[str, str]:
    """Name -> the text kept under it, of those names that have one; what somebody typed for another organisation, and
    what others typed, is not among them."""
    return dict(_kept(by).filter(name__in=names).values_list("name", "text"))


def _kept(by: Actor) -> QuerySet[KeptText]:
    return KeptText.objects.filter(user=by.user_id, organisation=by.organisation_id)
