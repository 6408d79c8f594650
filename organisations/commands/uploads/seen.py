"""What a check found, as a load is held to it: counts and effects as sentences, and every belief that would end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from core.commands import beliefs_ended
from core.previews import Difference, Foreseen, difference, foreseen
from organisations.models import Lead, ListSize, Membership, Organisation, Parent
from organisations.queries.followed import all_that_follows
from ui.wording import count, listed

WHOSE = {Membership: "practice", ListSize: "organisation", Lead: "network", Parent: "organisation"}
"""Dated fact -> the column of whom it is about, for people."""
NAMED = 10


def with_ends(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report, within the command that made it, with the beliefs that it ends."""
    return {**report, "ends": beliefs_ended()}


def with_digest(report: Mapping[str, Any], measured: Sequence[str]) -> dict[str, Any]:
    """A report with a digest of all of it, and of what the days to come are measured by."""
    return {**report, "digest": foreseen(_sentences(report), report, list(measured)).digest}


def how_it_moved(then: Mapping[str, Any], now: Mapping[str, Any]) -> Difference | None:
    """How what was found before differs from what is found now; None where nothing does."""
    moved = difference(_seen(then), _seen(now))
    if moved is None:
        return None
    return Difference(moved.gone, (*moved.new, *_corrected_since(then, now)))


def _seen(report: Mapping[str, Any]) -> Foreseen:
    return Foreseen(tuple(_sentences(report)), report.get("digest", ""))


def _sentences(report: Mapping[str, Any]) -> list[str]:
    """The counts of each file, what follows from them, and what is expected."""
    return [*_counted(report), *(effect.sentence for effect in all_that_follows(report))]


def _counted(report: Mapping[str, Any]) -> Iterator[str]:
    for file in report.get("files", ()):
        refused = sum(row[0] == "refused" for row in file["rows"])
        counted = {**file["counts"], **file["corrections"], "rows refused": refused}
        yield from (f"{file['file_name']}: {how_many:,} {words}." for words, how_many in counted.items())


def _corrected_since(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Whose facts, that the files replace, somebody else has corrected between the two."""
    before, after = then.get("ends", {}), now.get("ends", {})
    whose: set[int] = set()
    for model, column in WHOSE.items():
        table = model._meta.db_table
        differ = set(before.get(table, ())) ^ set(after.get(table, ()))
        whose |= set(model._default_manager.filter(pk__in=differ).values_list(f"{column}_id", flat=True))
    if whose:
        yield f"Corrected since you looked, and replaced by these files: {_named(whose)}."


def _named(ids: Collection[int]) -> str:
    first = Organisation.objects.filter(pk__in=ids).order_by("name", "code")[:NAMED]
    names = [f"{each.name} ({each.code})" for each in first]
    if len(ids) > len(names):
        names.append(f"{count(len(ids) - len(names), 'other')}")
    return listed(names, "and")
