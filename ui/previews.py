"""What a page shows of a change before it is saved: effects with their links, and what is asked of every one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.changes import Effect
from core.previews import Difference
from ui.components import Confirm

APPROVED = "financially approved"
"""The kind of effects that say what would be due beside what finance has approved, line by line."""
NEVER_BY_ITSELF = "What is to be adjusted is listed, and never paid or recovered by itself."
SETTLED = "none recorded - check before you save"


@dataclass(frozen=True)
class EffectLine:
    """One sentence, where it is seen, and whose it is where it does not say so."""

    sentence: str
    href: str = ""
    whose: str = ""

    @property
    def subject(self) -> str:
        """What it is about: "30 November 2021"."""
        return self.sentence.split(":", maxsplit=1)[0].removesuffix(".")


@dataclass(frozen=True)
class Asked:
    """What every preview answers: what it asks, and the effects, or the word for none."""

    label: str
    lines: Sequence[EffectLine]
    none: str = "none"


@dataclass(frozen=True, kw_only=True)
class WouldChange:
    """What saving would do (would_change.jinja): a sentence that begins it, its effects, what every change is asked,
    and one button. `moved` is what had changed since it was looked at before."""

    lead: str
    lines: Sequence[EffectLine]
    asked: Sequence[Asked]
    confirm: Confirm
    moved: Difference | None = None

    @classmethod
    def of(
        cls,
        lead: str,
        said: Sequence[str],
        effects: Iterable[Effect],
        expected: Sequence[Effect],
        confirm: Confirm,
        moved: Difference | None = None,
    ) -> WouldChange:
        """From what a command would say of itself, the effects of its handlers, and what is expected."""
        had = list(effects)
        final = [effect for effect in had if effect.kind == APPROVED]
        known = [effect for effect in had if effect.kind != APPROVED]
        asked = (
            Asked("Approvals undone", lines_of(effect for effect in known if effect.undoes_approval)),
            Asked("Financially approved periods", _final(final)),
            Asked("Settled off the system", (), SETTLED),
        )
        plain = [effect for effect in known if not effect.undoes_approval]
        lines = [*(EffectLine(sentence) for sentence in said), *lines_of([*plain, *expected])]
        return cls(lead=lead, lines=lines, asked=asked, confirm=confirm, moved=moved)


def _final(effects: Sequence[Effect]) -> list[EffectLine]:
    return [*lines_of(effects), EffectLine(NEVER_BY_ITSELF)] if effects else []


def lines_of(effects: Iterable[Effect]) -> list[EffectLine]:
    return [EffectLine(effect.sentence, effect.href, effect.whose) for effect in effects]
