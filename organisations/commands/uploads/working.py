"""A worker's part of an upload: the check, which is the load rolled back; and the load, of what the check found."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction

from core.actors import Actor
from core.changes import Change, noting_changes
from core.commands import apart, command, instant
from core.previews import WorldMoved, look_ahead, measured, thoroughly
from operations.jobs import AtRequestOf, Tell, do_job
from organisations.commands.ods import OdsFiles, load_ods
from organisations.commands.uploads.seen import how_it_moved, with_digest, with_ends
from organisations.models import OdsLoad, OdsUpload
from organisations.queries.followed import all_that_follows
from organisations.states import Purpose

FORECAST = "Working out what is expected of the months to come."


@command
def check_upload(job_id: int, *, by: Actor) -> None:
    """A worker's work: the load itself, with all that follows from it, rolled back; its report is the job's result."""
    upload = OdsUpload.objects.get(check_job=job_id)
    do_job(job_id, lambda tell: _would_change(upload, tell))


@command
def load_upload(job_id: int, *, by: Actor) -> None:
    """A worker's work: the files are loaded, if that does what the check found, and their content is removed.

    Where it would do something else by now nothing is loaded, and what it would do is a check of its own.
    """
    upload = OdsUpload.objects.select_related("check_job", "load_job").get(load_job=job_id)
    do_job(job_id, lambda tell: _as_seen(upload, tell))


def _would_change(upload: OdsUpload, tell: Tell) -> dict[str, Any]:
    """All that would follow, however many networks it touches, and what is expected beside it."""
    ahead = look_ahead(lambda: _taken_in(upload, AtRequestOf(upload.uploaded_by_id), tell))
    return with_digest({**ahead.answer, "expected": [each.as_plain() for each in ahead.expected]}, ahead.measured)


def _as_seen(upload: OdsUpload, tell: Tell) -> dict[str, Any]:
    seen = upload.check_job.result
    try:
        with transaction.atomic(), apart(), noting_changes() as changes:
            return _loaded(upload, seen, changes, tell)
    except WorldMoved as moved:
        upload.check_job, upload.load_job = upload.load_job or upload.check_job, None
        upload.save(update_fields=["check_job", "load_job"])
        found = _would_change(upload, tell)
        differs = how_it_moved(seen, found) or moved.difference
        return {**found, "moved": {"gone": differs.gone, "new": differs.new}}


def _loaded(upload: OdsUpload, seen: Mapping[str, Any], changes: Sequence[Change], tell: Tell) -> dict[str, Any]:
    """Raises WorldMoved where what is found, or measured of what is expected after it, is not what was seen."""
    asked_by = AtRequestOf(upload.load_job.started_by_id if upload.load_job else None)
    found = {**_taken_in(upload, asked_by, tell), "expected": seen.get("expected", [])}
    found = with_digest(found, measured(changes))
    if moved := how_it_moved(seen, found):
        raise WorldMoved(found, moved)
    upload.files.update(content=None)
    return {**found, "loads": _remembered(found)}


def _remembered(found: Mapping[str, Any]) -> list[int]:
    """The loads of this instant, by id; what was expected is kept with what followed."""
    loads = OdsLoad.objects.filter(loaded_at=instant())
    loads.update(effects=[effect.in_full for effect in all_that_follows(found)])
    return list(loads.order_by("pk").values_list("pk", flat=True))


def _taken_in(upload: OdsUpload, by: Actor, tell: Tell) -> dict[str, Any]:
    """Load the files with all that follows, at once; the report as JSON keeps it, with the beliefs that it ends."""
    with _files(upload) as files, thoroughly():
        report = with_ends(load_ods(files, by=by, tell=tell).as_plain())
    tell(FORECAST)
    return report


@contextmanager
def _files(upload: OdsUpload) -> Iterator[OdsFiles]:
    """The upload's files in a folder of their own, as a load takes them; each in one more, for names may be alike."""
    with TemporaryDirectory(prefix="cqrs-portal-") as folder:
        paths: dict[str, Path] = {}
        for file in upload.files.order_by("pk"):
            paths[file.purpose] = Path(folder) / file.purpose / file.name
            paths[file.purpose].parent.mkdir()
            paths[file.purpose].write_bytes(zlib.decompress(file.content or b""))
        yield OdsFiles(
            practices=paths.get(Purpose.PRACTICES),
            networks=paths.get(Purpose.NETWORKS),
            parents=[paths[each] for each in (Purpose.SUB_ICBS, Purpose.ICBS) if each in paths],
            lists=[paths[Purpose.LISTS]] if Purpose.LISTS in paths else [],
            as_at=upload.as_at,
            lists_as_at=upload.lists_as_at,
            lists_published=upload.lists_published,
        )
