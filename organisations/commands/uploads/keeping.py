"""What people do with reference files: they upload them, have them checked and loaded, or drop them."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, NotVisible
from operations.jobs import UNFINISHED, start_job
from operations.models import Job, JobState
from organisations.commands.ods.load import STEPS
from organisations.models import OdsUpload, OdsUploadFile
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


@dataclass(frozen=True)
class Days:
    """The days given with files that do not say them, or say them wrongly: as `OdsFiles` takes them."""

    as_at: date | None = None
    lists_as_at: date | None = None
    lists_published: date | None = None


NO_DAYS = Days()


@command
def upload_files(given: Collection[Given], days: Days = NO_DAYS, *, by: Actor) -> OdsUpload:
    """Files were uploaded: they are kept, and a worker checks them. Raises NotPermitted."""
    must_load_reference_data(by)
    upload = OdsUpload.objects.create(
        uploaded_at=instant(),
        uploaded_by_id=by.user_id,
        as_at=days.as_at,
        lists_as_at=days.lists_as_at,
        lists_published=days.lists_published,
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
def confirm_upload(upload_id: int, checked: int, *, by: Actor) -> None:
    """What would change was seen, in the check whose job is named, and is wanted: a worker loads the files.

    Raises as `check_again` does, and Conflict where they have been checked again since.
    """
    upload = _usable(upload_id, by)
    if upload.check_job.state != JobState.DONE:
        raise Conflict("These files did not pass their check, so they cannot be loaded.")
    if upload.check_job_id != checked:
        raise Conflict("These files have been checked again since you looked. Look at what would change now.")
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


def _start(kind: str, verb: str, names: list[str], by: Actor) -> Job:
    return start_job(kind, f"{verb} of {', '.join(names)}", {}, steps=len(names) + STEPS + 1, by=by)


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
