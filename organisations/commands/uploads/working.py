"""A worker's part of an upload: the check, which is the load rolled back; and the load, of what the check found."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction

from core.actors import Actor
from core.commands import apart, command, instant
from core.locking import impatient
from core.previews import WAIT, WorldMoved
from operations.jobs import AtRequestOf, Tell, do_job
from organisations.commands.ods import OdsFiles, load_ods
from organisations.commands.uploads.seen import how_it_moved, with_seen
from organisations.models import OdsLoad, OdsUpload
from organisations.states import Purpose


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
    with transaction.atomic(), apart(), impatient(WAIT):
        found = _taken_in(upload, AtRequestOf(upload.uploaded_by_id), tell)
        transaction.set_rollback(True)
    return found


def _as_seen(upload: OdsUpload, tell: Tell) -> dict[str, Any]:
    try:
        with transaction.atomic(), apart():
            return _loaded(upload, tell)
    except WorldMoved as moved:
        upload.check_job, upload.load_job = upload.load_job or upload.check_job, None
        upload.save(update_fields=["check_job", "load_job"])
        found: dict[str, Any] = moved.outcome
        return {**found, "moved": {"gone": moved.difference.gone, "new": moved.difference.new}}


def _loaded(upload: OdsUpload, tell: Tell) -> dict[str, Any]:
    """Raises WorldMoved, with what was found, where that is not what the check found."""
    asked_by = upload.load_job.started_by_id if upload.load_job else None
    found = _taken_in(upload, AtRequestOf(asked_by), tell)
    if moved := how_it_moved(upload.check_job.result, found):
        raise WorldMoved(found, moved)
    upload.files.update(content=None)
    loads = OdsLoad.objects.filter(loaded_at=instant()).order_by("pk").values_list("pk", flat=True)
    return {**found, "loads": list(loads)}


def _taken_in(upload: OdsUpload, by: Actor, tell: Tell) -> dict[str, Any]:
    """Load the files; the report as JSON keeps it, with what a later look is compared with."""
    with _files(upload) as files:
        return with_seen(load_ods(files, by=by, tell=tell).as_plain())


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
