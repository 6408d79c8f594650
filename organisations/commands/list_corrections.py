"""One list size is corrected by hand: by whom, and why, is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.actors import Actor
from core.changes import Effect
from core.commands import command, instant
from core.errors import Invalid, NotVisible
from core.texts import REASON_LENGTH
from organisations.commands.list_sizes import set_list_sizes
from organisations.models import ListCorrection, ListKind, Organisation
from organisations.queries import list_size, visible_to
from organisations.rules import CORRECT_LISTS, who_corrects_lists
from ui.wording import long_date, number


@dataclass(frozen=True)
class ListCorrected:
    """What the list was and became, and what followed."""

    kind: ListKind
    as_at: date
    was: Decimal | None
    size: Decimal | None
    effects: Sequence[Effect]

    @property
    def sentences(self) -> list[str]:
        """What is seen of it beforehand, and compared when it is saved."""
        was = "not known" if self.was is None else number(self.was.normalize().quantize(Decimal(1)))
        now = "not known" if self.size is None else number(self.size.normalize().quantize(Decimal(1)))
        first = f"The {self.kind.label} as at {long_date(self.as_at)} would be {now}; it was {was}."
        return [first, *(effect.sentence for effect in self.effects)]


@command
def correct_list_size(
    practice: Organisation, kind: ListKind, as_at: date, size: int | None, reason: str, *, by: Actor
) -> ListCorrected:
    """A practice's list of a kind had this size as at a day, or none is known after all. Open payments follow; what
    finance has approved stays, and is answered as to be adjusted.

    Raises Invalid without a reason or where it is so already, NotPermitted, NotVisible.
    """
    if not visible_to(by).practices().filter(pk=practice.pk).exists():
        raise NotVisible("You may not be able to see this practice, or it does not exist.")
    CORRECT_LISTS.require(practice, by, who_can=who_corrects_lists())
    if not reason.strip() or len(reason.strip()) > REASON_LENGTH:
        raise Invalid(f"Enter reason: a corrected list asks why, in {REASON_LENGTH} characters or fewer.")
    was = list_size(practice, kind, as_at)
    corrected = set_list_sizes(kind, as_at, {practice.pk: size}, by=by)
    if not corrected:
        raise Invalid(f"Size: the {kind.label} as at {long_date(as_at)} is that already.")
    new = None if size is None else Decimal(size)
    ListCorrection.objects.create(
        organisation=practice, kind=kind, as_at=as_at, was=was, size=new, reason=reason.strip(), at=instant(),
        by_id=by.user_id, by_organisation_id=by.organisation_id,
    )  # fmt: skip
    return ListCorrected(kind, as_at, was, new, corrected.effects)
