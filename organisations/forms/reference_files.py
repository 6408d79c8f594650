"""Reference files that people send, and which of their rows are shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core import clock
from organisations.commands import Days, Given
from organisations.formats import Layout, Snapshot, WrongFile, open_snapshot
from organisations.states import Purpose, RowKind
from ui.fields import DateField
from ui.forms import PortalForm

MOST_BYTES = 40 << 20

LAYOUTS = {
    Purpose.PRACTICES: (Layout.PRACTICES,),
    Purpose.NETWORKS: (Layout.NETWORKS,),
    Purpose.SUB_ICBS: (Layout.SUB_ICBS,),
    Purpose.ICBS: (Layout.ICBS,),
    Purpose.LISTS: (Layout.PAYMENTS, Layout.LISTS_BY_AGE, Layout.LISTS),
}


class ReferenceFile(forms.FileField):
    """A file meant as something: looked at as it arrives, so that a wrong one is refused at once.

    Gives a `GivenFile`, or None.
    """

    def __init__(self, purpose: Purpose, **options: Any) -> None:
        self.purpose = purpose
        messages = {"empty": f"The file given as {purpose.label} is empty."}
        super().__init__(label=purpose.label, required=False, error_messages=messages, **options)

    def clean(self, data: Any, initial: Any = None) -> GivenFile | None:
        file = super().clean(data, initial)
        return GivenFile(self.purpose, file, self._looked_at(file)) if file else None

    def _looked_at(self, file: UploadedFile) -> Snapshot:
        name = PurePath(file.name or "file").name
        if (file.size or 0) > MOST_BYTES:
            megabytes = MOST_BYTES >> 20
            raise forms.ValidationError(f"{name} is larger than {megabytes} MB. If it is a CSV file, zip it first.")
        with TemporaryDirectory(prefix="cqrs-portal-") as folder:
            path = Path(folder) / name
            with path.open("wb") as written:
                written.writelines(file.chunks())
            return self._opened(path)

    def _opened(self, path: Path) -> Snapshot:
        try:
            snapshot = open_snapshot(path)
        except WrongFile as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        wanted = LAYOUTS[self.purpose]
        if snapshot.layout not in wanted:
            needed = " or ".join(wanted)
            raise forms.ValidationError(f"{path.name} looks like {snapshot.layout}. What is needed here is {needed}.")
        return snapshot


class PublishedField(DateField):
    """When list sizes were published, which is asked only of whoever knows better than the file's name."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            label="Day the list sizes were published",
            latest=clock.today,
            help_text="Only if the file’s name does not say it, or says it wrongly. An older publication does not "
            "replace figures of a newer one.",
        )


@dataclass(frozen=True)
class GivenFile:
    """A file that is what it is meant as."""

    purpose: Purpose
    file: UploadedFile
    snapshot: Snapshot

    @property
    def name(self) -> str:
        return self.snapshot.path.name

    def to_keep(self) -> Given:
        return Given(self.purpose, self.name, self.file.size or 0, self.file.chunks())


class UploadForm(PortalForm):
    """Reference files to check and load, and the days they are of where they do not say so themselves."""

    practices = ReferenceFile(Purpose.PRACTICES, help_text="CSV, or the ZIP it comes in.")
    networks = ReferenceFile(
        Purpose.NETWORKS, help_text="XLSX, with its sheets of networks and of members, or a ZIP of it."
    )
    sub_icbs = ReferenceFile(Purpose.SUB_ICBS, help_text="CSV. Names commissioning organisations and their ICBs.")
    icbs = ReferenceFile(Purpose.ICBS, help_text="CSV.")
    as_at = DateField(
        required=False,
        label="Day the files are of",
        latest=clock.today,
        help_text="Only if neither content nor name of a file says it, or says it wrongly. For example, 30 11 2021",
    )
    lists = ReferenceFile(Purpose.LISTS, help_text="Payments to practices, or registered patients by age: CSV or ZIP.")
    lists_as_at = DateField(
        required=False,
        label="Day the list sizes are of",
        latest=clock.today,
        help_text="The payments file does not say it. Often 1 January before the financial year",
    )

    lists_published = PublishedField()

    def given(self) -> list[GivenFile]:
        given = (self.cleaned_data.get(purpose) for purpose in Purpose)
        return [file for file in given if file]

    def days(self) -> Days:
        given = self.cleaned_data
        return Days(given["as_at"], given["lists_as_at"], given["lists_published"])

    def clean(self) -> dict[str, Any]:
        if not self.given() and not self.errors:
            self.add_error("practices", "Choose a file at least: of practices, networks, commissioners or list sizes.")
        for file in self.given():
            self._must_say_its_day(file)
        return self.cleaned_data

    def _must_say_its_day(self, file: GivenFile) -> None:
        """Commissioners' files are of the newest day in them; a payments file never says its lists' day."""
        is_list = file.purpose == Purpose.LISTS
        field = "lists_as_at" if is_list else "as_at"
        if self.cleaned_data.get(field) or field in self.errors:
            return
        nobody_knows = file.purpose in (Purpose.PRACTICES, Purpose.NETWORKS) and file.snapshot.date is None
        if nobody_knows or (is_list and file.snapshot.layout is Layout.PAYMENTS):
            what = "its list sizes are" if is_list else "it is"
            self.add_error(field, f"{file.name} does not say which day {what} of. Enter the day.")


class RowsForm(PortalForm):
    """Which kind of rows of a load is shown."""

    kind = forms.ChoiceField(label="Show", required=False, choices=[("", "All"), *RowKind.choices])
