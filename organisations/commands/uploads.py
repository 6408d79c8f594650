"""Reference files that somebody uploads: kept, checked, then loaded or dropped."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction

from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, NotVisible
from operations.jobs import UNFINISHED, AtRequestOf, Tell, do_job, start_job
from operations.models import Job, JobState
from organisations.commands.ods import OdsFiles, load_ods
from organisations.commands.ods.load import STEPS, wait_for_other_loads
from organisations.models import OdsLoad, OdsUpload, OdsUploadFile
from organisations.rules import must_load_reference_data
from organisations.states import Purpose

CHECK, LOAD = "organisations.check_upload", "organisations.load_upload"
KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Given:
    """A file as it arrives: what it is meant as, its name, and its bytes, piece by piece."""

    purpose: Purpose
    name: str
    size: int
    pieces: Iterable[bytes]


@command
def upload_files(
    given: Collection[Given], *, as_at: date | None = None, lists_as_at: date | None = None, by: Actor
) -> OdsUpload:
    """Files were uploaded: they are kept, and a worker checks them. Raises NotPermitted."""
    must_load_reference_data(by)
    upload = OdsUpload.objects.create(
        uploaded_at=instant(),
        uploaded_by_id=by.user_id,
        as_at=as_at,
        lists_as_at=lists_as_at,
        check_job=_start(CHECK, "Check", [file.name for file in given], by),
    )
    OdsUploadFile.objects.bulk_create(_kept(upload, file) for file in given)
    return upload


@command
def check_again(upload_id: int, *, by: Actor) -> None:
    """The files of an upload are checked once more. Raises NotPermitted, Conflict, NotVisible."""
    upload = _usable(upload_id, by)
    upload.check_job = _start(CHECK, "Check", _names(upload), by)
    upload.load_job = None
    upload.save(update_fields=["check_job", "load_job"])


@command
def confirm_upload(upload_id: int, *, by: Actor) -> None:
    """What would change was seen, and is wanted: a worker loads the files. Raises as `check_again` does."""
    upload = _usable(upload_id, by)
    if upload.check_job.state != JobState.DONE:
        raise Conflict("These files did not pass their check, so they cannot be loaded.")
    upload.load_job = _start(LOAD, "Load", _names(upload), by)
    upload.save(update_fields=["load_job"])


@command
def drop_upload(upload_id: int, *, by: Actor) -> None:
    """The files of an upload are not wanted: their content is removed. Raises NotPermitted, Conflict, NotVisible."""
    upload = _usable(upload_id, by)
    _drop([upload.pk])


@command
def drop_old_uploads(*, by: Actor) -> int:
    """Uploads that nobody loaded or dropped in two days are dropped. Answers how many."""
    kept = OdsUploadFile.objects.filter(content__isnull=False, upload__uploaded_at__lt=instant() - KEPT_FOR)
    busy = Job.objects.filter(state__in=UNFINISHED)
    old = kept.exclude(upload__check_job__in=busy).exclude(upload__load_job__in=busy)
    uploads = set(old.values_list("upload", flat=True))
    _drop(uploads)
    return len(uploads)


@command
def check_upload(job_id: int, *, by: Actor) -> None:
    """A worker's work: the load itself, with all that follows from it, rolled back; its report is the job's result."""
    upload = OdsUpload.objects.get(check_job=job_id)
    do_job(job_id, lambda tell: _would_change(upload, tell))


@command
def load_upload(job_id: int, *, by: Actor) -> None:
    """A worker's work: the files are loaded, as they were checked, and their content is removed."""
    upload = OdsUpload.objects.select_related("check_job", "load_job").get(load_job=job_id)
    do_job(job_id, lambda tell: _load(upload, tell))


def _would_change(upload: OdsUpload, tell: Tell) -> dict[str, Any]:
    with transaction.atomic():
        after = _last_load()
        with _files(upload) as files:
            report = load_ods(files, by=AtRequestOf(upload.uploaded_by_id), tell=tell)
        transaction.set_rollback(True)
    return {**report.as_plain(), "after": after}


def _load(upload: OdsUpload, tell: Tell) -> dict[str, Any]:
    wait_for_other_loads()
    if _last_load() != upload.check_job.result["after"]:
        raise Conflict(
            "Another file has been loaded since these were checked, so what would change is not what you saw. "
            "Nothing was loaded: check them again."
        )
    with _files(upload) as files:
        report = load_ods(files, by=_who_asked(upload), tell=tell)
    upload.files.update(content=None)
    loads = OdsLoad.objects.filter(loaded_at=instant()).order_by("pk").values_list("pk", flat=True)
    return {**report.as_plain(), "loads": list(loads)}


def _who_asked(upload: OdsUpload) -> AtRequestOf:
    return AtRequestOf(upload.load_job.started_by_id if upload.load_job else None)


def _last_load() -> int:
    return OdsLoad.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _start(kind: str, verb: str, names: list[str], by: Actor) -> Job:
    return start_job(kind, f"{verb} of {', '.join(names)}", {}, steps=len(names) + STEPS, by=by)


def _usable(upload_id: int, by: Actor) -> OdsUpload:
    """The upload, locked, whose files are there and with which no worker is busy."""
    must_load_reference_data(by)
    upload = OdsUpload.objects.select_for_update(of=("self",)).select_related("check_job", "load_job")
    found = upload.filter(pk=upload_id).first()
    if found is None:
        raise NotVisible("You may not be able to see this, or it does not exist.")
    if any(job and job.state in UNFINISHED for job in (found.check_job, found.load_job)):
        raise Conflict("A worker is busy with these files. Wait until it has done.")
    if not found.files.filter(content__isnull=False).exists():
        raise Conflict("These files have been loaded or dropped already. Upload them anew.")
    return found


def _names(upload: OdsUpload) -> list[str]:
    return list(upload.files.order_by("pk").values_list("name", flat=True))


def _drop(uploads: Collection[int]) -> None:
    OdsUploadFile.objects.filter(upload__in=uploads).update(content=None)
    OdsUpload.objects.filter(pk__in=uploads).update(dropped_at=instant())


def _kept(upload: OdsUpload, file: Given) -> OdsUploadFile:
    """A file as a row: its content compressed, and its name without the folders that it came from."""
    packing = zlib.compressobj(6)
    content = b"".join([*(packing.compress(piece) for piece in file.pieces), packing.flush()])
    return OdsUploadFile(
        upload=upload, purpose=file.purpose, name=PurePath(file.name).name[:200], size=file.size, content=content
    )


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
        )
