"""Reference files: uploads on their way in, what was loaded, and what is sent to upload, confirm, check and drop."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from operations.api.shapes import LARGEST_ID, SeenSerializer, StrictSerializer
from organisations.formats import Layout
from organisations.states import Purpose, RowKind, UploadStatus

LAYOUTS = [(layout.name.lower(), str(layout)) for layout in Layout if layout is not Layout.PLACEMENTS]
STATUSES = [(label, label) for label in UploadStatus.labels]
KINDS = [(label, label) for label in RowKind.labels]


class _File(serializers.FileField):
    """Looked at by the same form as the page's, in its words; an empty one too."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(required=False, allow_empty_file=True, help_text=f"{purpose.label}.")


class UploadSerializer(StrictSerializer):
    """Files, each by what it is meant as, one of them at least; and the days they are of, where neither content nor
    name says it, or says it wrongly."""

    practices = _File(Purpose.PRACTICES)
    networks = _File(Purpose.NETWORKS)
    sub_icbs = _File(Purpose.SUB_ICBS)
    icbs = _File(Purpose.ICBS)
    lists = _File(Purpose.LISTS)
    as_at = serializers.DateField(required=False, help_text="The day of the files but lists.")
    lists_as_at = serializers.DateField(required=False, help_text="The day the list sizes are of.")
    lists_published = serializers.DateField(required=False, help_text="The day the list sizes were published.")


class ConfirmUploadSerializer(SeenSerializer):
    """An upload whose check was seen; `version` is that of the check, and another after each check."""


class UploadActSerializer(StrictSerializer):
    """An upload to check again, or to drop."""

    id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class RowSerializer(serializers.Serializer[Any]):
    """A row of a file that was refused, or was taken and needs a look; `line` is null where it is of none."""

    file = serializers.CharField()
    why_listed = serializers.ChoiceField(choices=KINDS)
    line = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    value = serializers.CharField()
    found = serializers.CharField()


class ReportedFileSerializer(serializers.Serializer[Any]):
    """One file as the check or the load found it: what it says, and what it changes, in words -> how many."""

    file_name = serializers.CharField()
    layout = serializers.ChoiceField(choices=LAYOUTS)
    as_at = serializers.DateField()
    published = serializers.DateField(allow_null=True, help_text="Of list sizes: when, at the earliest.")
    counts = serializers.DictField(child=serializers.IntegerField())
    corrections = serializers.DictField(child=serializers.IntegerField())


class MovedSerializer(serializers.Serializer[Any]):
    """How what would change differs from what was confirmed."""

    gone = serializers.ListField(child=serializers.CharField())
    new = serializers.ListField(child=serializers.CharField())


class FollowsSerializer(serializers.Serializer[Any]):
    """Something that follows: in words and pounds, of how many, and the page where it is seen."""

    kind = serializers.CharField(help_text="`financially approved`: it stays as it is, and is to be adjusted.")
    sentence = serializers.CharField()
    count = serializers.IntegerField()
    pounds = serializers.DecimalField(max_digits=14, decimal_places=2)
    href = serializers.CharField(help_text="The page's address; empty where there is none.")
    undoes_approval = serializers.BooleanField(help_text="Somebody had approved what it takes back.")
    whose = serializers.CharField(help_text="Of whom it is, by name, where the sentence does not say it.")


class UploadFileSerializer(serializers.Serializer[Any]):
    purpose = serializers.ChoiceField(choices=[(each.value, each.label) for each in Purpose])
    name = serializers.CharField()
    size = serializers.IntegerField()


class ReferenceUploadSerializer(serializers.Serializer[Any]):
    """Reference files that somebody uploaded, and where they stand."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(source="check_job_id", help_text="Of the last check: send it to confirm.")
    status = serializers.ChoiceField(choices=STATUSES, source="status.label")
    uploaded_at = serializers.DateTimeField()
    uploaded_by = serializers.CharField(source="uploaded_by.name", default=None, allow_null=True)
    as_at = serializers.DateField(allow_null=True)
    lists_as_at = serializers.DateField(allow_null=True)
    lists_published = serializers.DateField(allow_null=True)
    files = UploadFileSerializer(source="files.all", many=True)


class ReferenceUploadDetailSerializer(ReferenceUploadSerializer):
    """The same, with how far a worker is, and its report: what would change, or has changed, and every row that was
    refused or needs a look. `problem` says why a check or a load could not be done; `moved` what had changed since an
    upload was confirmed, so that it was not loaded; `loads` are the files loaded."""

    step = serializers.CharField(help_text="What a worker is doing; empty while it does nothing.")
    problem = serializers.ListField(child=serializers.CharField())
    warnings = serializers.ListField(child=serializers.CharField())
    moved = MovedSerializer(allow_null=True)
    changes = serializers.BooleanField(allow_null=True, help_text="Null while no check has been done.")
    reported = ReportedFileSerializer(many=True)
    effects = serializers.ListField(child=serializers.CharField(), help_text="What follows, in sentences.")
    follows = FollowsSerializer(many=True, help_text="The same, one by one: what follows, and what is expected.")
    rows = RowSerializer(many=True)
    loads = serializers.ListField(child=serializers.IntegerField())


class ReferenceLoadSerializer(serializers.Serializer[Any]):
    """One reference file that was loaded, and what it changed, in words -> how many."""

    id = serializers.IntegerField()
    file_name = serializers.CharField()
    layout = serializers.ChoiceField(choices=LAYOUTS)
    as_at = serializers.DateField()
    published = serializers.DateField(allow_null=True, help_text="Of list sizes: when, at the earliest.")
    commissioner = serializers.CharField(source="scope", help_text="The one it was limited to; empty for all.")
    digest = serializers.CharField(help_text="SHA-256 of the file.")
    loaded_at = serializers.DateTimeField()
    loaded_by = serializers.CharField(source="loaded_by.name", default=None, allow_null=True)
    corrections = serializers.DictField(child=serializers.IntegerField())
    rows_refused = serializers.IntegerField(source="refused_rows")


class ReferenceLoadDetailSerializer(ReferenceLoadSerializer):
    """The same, with what it says, what followed, and its rows that were refused or need a look."""

    counts = serializers.DictField(child=serializers.IntegerField())
    effects = serializers.ListField(child=serializers.CharField())
    rows = RowSerializer(many=True)
