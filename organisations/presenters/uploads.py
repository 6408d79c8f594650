"""An upload of reference files, from the form to the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from core.previews import Difference
from operations.models import Job, JobState
from organisations.commands.ods.publications import REPLACED
from organisations.models import OdsUpload
from organisations.presenters.loads import (
    ROW_COLUMNS,
    FileRow,
    corrections_table,
    counts_table,
    file_rows,
    layout_words,
    row_total,
    rows_table,
)
from organisations.queries.doubts import doubts_of
from organisations.queries.followed import all_that_follows, effects_in, expected_in
from organisations.states import RowKind
from ui.components import Confirm, Progress
from ui.forms import PortalForm
from ui.frame import Link, Page
from ui.previews import EffectLine, WouldChange, lines_of
from ui.tables import Column, Table
from ui.wording import count, long_date

UPLOAD_COLUMNS = (
    Column(key="names", label="Files", href="href"),
    Column(key="uploaded_at", label="Uploaded", kind="moment"),
    Column(key="uploaded_by", label="By"),
    Column(key="phase", label="Where it stands"),
)
FILE_COLUMNS = (
    Column(key="name", label="File"),
    Column(key="layout", label="What it is"),
    Column(key="as_at", label="As at", kind="date"),
    Column(key="taken", label="Rows worth a look", kind="number"),
    Column(key="refused", label="Rows refused", kind="number"),
)
FILES_ROW_COLUMNS = (Column(key="file", label="File"), *ROW_COLUMNS)
UNFINISHED = (JobState.WAITING, JobState.RUNNING)
NOTHING_FOLLOWS = "Nothing follows in participation, and no line or payment changes."
SHOWN = 25
"""Rows of a check shown on its page; all of them are in its CSV."""


@dataclass(frozen=True)
class UploadRow:
    """One upload in the list."""

    names: str
    href: str
    uploaded_at: Any
    uploaded_by: str
    phase: str


@dataclass(frozen=True)
class CheckedFile:
    """One file of an upload, as the check found it."""

    name: str
    layout: str
    as_at: date
    taken: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class UploadFormPage(Page):
    """Where files are given."""

    form: PortalForm
    cancel_href: str


@dataclass(frozen=True, kw_only=True)
class UploadPage(Page):
    """One upload: work under way, or what it found, what would change or has changed, and what can be done now."""

    lead: str = ""
    moved: Difference | None = None
    progress: Progress | None = None
    problem: Sequence[str] = ()
    tables: Sequence[Table] = ()
    rows: Table | None = None
    followed: Sequence[EffectLine] = ()
    more_rows: str = ""
    change: WouldChange | None = None
    acts: Sequence[Confirm] = ()
    links: Sequence[Link] = ()


def uploads_table(uploads: Sequence[OdsUpload]) -> Table | None:
    if not uploads:
        return None
    return Table(
        id="under-way",
        caption="Uploaded, and not loaded yet",
        columns=UPLOAD_COLUMNS,
        rows=[_upload_row(upload) for upload in uploads],
        noun=("upload", "uploads"),
    )


def upload_page(upload: OdsUpload, breadcrumb: Sequence[Link], today: date) -> UploadPage:
    """The page of an upload, whatever it has come to."""
    page = UploadPage(title=_names(upload), caption="Reference data", breadcrumb=breadcrumb)
    job = upload.load_job or upload.check_job
    if job.state in UNFINISHED:
        return replace(page, progress=_progress(upload, job))
    if upload.dropped_at:
        return replace(page, lead="These files were dropped: nothing of them was loaded.")
    if job.state == JobState.FAILED:
        return replace(page, lead=_failed(upload), problem=job.result["problem"], acts=_ways_on(upload, again=True))
    return _loaded(page, job.result) if upload.load_job else _checked(page, upload, job.result, today)


def all_rows(report: Mapping[str, Any]) -> Iterator[FileRow]:
    """The rows of every file of a report: those refused first, then kind by kind."""
    kinds = list(RowKind)
    found = [(file["file_name"], row) for file in report.get("files", ()) for row in file["rows"]]
    for file_name, row in sorted(found, key=lambda each: kinds.index(RowKind(each[1][0]))):
        yield from file_rows([row], file_name)


def _upload_row(upload: OdsUpload) -> UploadRow:
    return UploadRow(
        names=_names(upload),
        href=_href("ods_upload", upload),
        uploaded_at=upload.uploaded_at,
        uploaded_by=upload.uploaded_by.name if upload.uploaded_by else "CQRS Portal",
        phase=upload.status.label,
    )


def _progress(upload: OdsUpload, job: Job) -> Progress:
    verb = "loaded" if upload.load_job else "checked"
    waiting = f"The files wait to be {verb}." if job.state == JobState.WAITING else job.step
    return Progress(
        label=f"The files are being {verb}",
        done=job.steps_done,
        total=job.steps,
        sentence=f"Step {job.steps_done + 1} of {job.steps}: {waiting}" if job.step else waiting,
        refresh_href=_href("ods_upload", upload),
    )


def _failed(upload: OdsUpload) -> str:
    return "The files were not loaded." if upload.load_job else "The files cannot be loaded as they are."


def _checked(page: UploadPage, upload: OdsUpload, report: Mapping[str, Any], today: date) -> UploadPage:
    rows = list(all_rows(report))
    lead = "Nothing has been loaded yet. This is what the files say, and what would change."
    if not report["changed"]:
        lead = "Nothing would change: all of it is known already."
    return replace(
        page,
        lead=lead,
        moved=_moved(report),
        tables=list(_tables(report, "What would change")),
        rows=_rows_table(rows, upload),
        more_rows=row_total(min(len(rows), SHOWN), len(rows)),
        change=_would_change(upload, report, today),
        acts=_ways_on(upload, again=False),
    )


def _would_change(upload: OdsUpload, report: Mapping[str, Any], today: date) -> WouldChange:
    effects, expected = effects_in(report), expected_in(report)
    said = [] if effects or expected else [NOTHING_FOLLOWS]
    return WouldChange.of("If these files are loaded:", said, effects, expected, _confirm(upload, report, today))


def _moved(report: Mapping[str, Any]) -> Difference | None:
    """What had changed since these files were checked before; None where they were not confirmed before."""
    moved = report.get("moved")
    return Difference(tuple(moved["gone"]), tuple(moved["new"])) if moved else None


def _loaded(page: UploadPage, report: Mapping[str, Any]) -> UploadPage:
    loaded = zip(report["loads"], report["files"], strict=True)
    return replace(
        page,
        lead="The files have been loaded." if report["changed"] else "Loaded: nothing changed, all was known already.",
        tables=list(_tables(report, "What changed")),
        followed=lines_of(all_that_follows(report)),
        links=[
            Link(f"Rows and counts of {file['file_name']}", reverse("organisations:ods_load", args=[load]))
            for load, file in loaded
        ],
    )


def _tables(report: Mapping[str, Any], changes: str) -> Iterator[Table]:
    """The files, then what each says and what it changes."""
    files = report["files"]
    yield Table(id="files", caption="Files", columns=FILE_COLUMNS, rows=[_file(each) for each in files])
    for n, file in enumerate(files):
        yield corrections_table(file["corrections"], f"{changes}: {file['file_name']}", f"changes-{n}")
        yield counts_table(file["counts"], f"What it says: {file['file_name']}", f"says-{n}")


def _rows_table(rows: Sequence[FileRow], upload: OdsUpload) -> Table:
    return rows_table(rows[:SHOWN], len(rows), _href("ods_upload_rows", upload), FILES_ROW_COLUMNS)


def _file(file: Mapping[str, Any]) -> CheckedFile:
    refused = sum(row[0] == "refused" for row in file["rows"])
    return CheckedFile(
        name=file["file_name"],
        layout=layout_words(file["layout"]),
        as_at=date.fromisoformat(file["as_at"]),
        taken=len(file["rows"]) - refused,
        refused=refused,
    )


def _confirm(upload: OdsUpload, report: Mapping[str, Any], today: date) -> Confirm:
    return Confirm(
        href=_href("confirm_upload", upload),
        button="Load these files",
        cancel_href=reverse("organisations:ods_loads"),
        warning=" ".join(warnings(report["files"], today)),
        hidden=(("checked", str(upload.check_job_id)),),
    )


def warnings(files: Sequence[Mapping[str, Any]], today: date) -> Iterator[str]:
    """What somebody should be sure of before such a file becomes what the country is paid by."""
    for file in files:
        name, as_at = file["file_name"], date.fromisoformat(file["as_at"])
        yield from doubts_of(name, file["counts"], file["corrections"])
        replaced = file["corrections"].get(REPLACED, 0)
        if replaced:
            yield f"{_figures(replaced)} of a day would be replaced by {name}{_published(file)}"
        if as_at > today:
            yield f"{name} is of {long_date(as_at)}, which is still to come: any earlier file is refused after it."


def _figures(how_many: int) -> str:
    return count(how_many, "known list size")


def _published(file: Mapping[str, Any]) -> str:
    """How sure one can be that a file is the newer one."""
    if not file.get("published"):
        return ", which does not say when it was published. Is it newer than what it replaces?"
    return f", published on {long_date(date.fromisoformat(file['published']))}. Is it newer than what it replaces?"


def _ways_on(upload: OdsUpload, *, again: bool) -> list[Confirm]:
    check = Confirm(href=_href("check_again", upload), button="Check again", cancel_href="", style="primary")
    drop = Confirm(href=_href("drop_upload", upload), button="Drop these files", cancel_href="", style="warning")
    return [check, drop] if again else [drop]


def _names(upload: OdsUpload) -> str:
    return ", ".join(file.name for file in upload.files.all())


def _href(name: str, upload: OdsUpload) -> str:
    return reverse(f"organisations:{name}", args=[upload.pk])
