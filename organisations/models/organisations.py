"""Organisations, and the dated facts that tie them together."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from core.two_clocks import TwoClocked, TwoClockQuerySet, believed_once
from operations.models import JobState
from organisations.states import UploadStatus


class Kind(models.IntegerChoices):
    PRACTICE = 1, "Practice"
    NETWORK = 2, "PCN"
    COMMISSIONER = 3, "Commissioning Organisation"
    REGION = 4, "Region"
    NATIONAL = 5, "National operator"
    OTHER = 6, "Other body"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def practices(self) -> Self:
        return self.filter(kind=Kind.PRACTICE)

    def networks(self) -> Self:
        return self.filter(kind=Kind.NETWORK)

    def commissioners(self) -> Self:
        return self.filter(kind=Kind.COMMISSIONER)

    def matching(self, text: str) -> Self:
        """Organisations whose Org ID starts with the text, or whose name has it in it."""
        return self.filter(Q(code__istartswith=text) | Q(name__icontains=text)) if text else self


class Organisation(models.Model):
    """One row is one organisation known to ODS: a practice, a network, a commissioning organisation or another body."""

    code = models.CharField("Org ID", max_length=12, unique=True)
    name = models.CharField(max_length=200)
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    postcode = models.CharField(max_length=10, blank=True)
    open_date = models.DateField(null=True, blank=True)
    close_date = models.DateField("closing date", null=True, blank=True, help_text="The last day it was open.")
    known_by_code_only = models.BooleanField(
        default=False, help_text="A network lists it as a member, and no file of practices has it."
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "name"], name="organisation_by_name")]
        constraints = [
            models.CheckConstraint(condition=Q(code=Upper("code")), name="organisation_code_in_capitals"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def is_network(self) -> bool:
        return self.kind == Kind.NETWORK

    @property
    def is_commissioner(self) -> bool:
        return self.kind == Kind.COMMISSIONER


class MembershipQuerySet(TwoClockQuerySet["Membership"]):
    def counting_on(self, day: date, known_at: date | datetime | None = None) -> Self:
        """Memberships that count on a day: where a practice is in two networks, the one that started later.

        Source: domain 1. Ties by the membership recorded last.
        """
        return (
            self.as_of(day, known_at)
            .order_by("practice_id", models.F("valid__startswith").desc(), "-id")
            .distinct("practice_id")
        )


class Membership(TwoClocked):
    """One row is one belief about a practice's membership of a network. A zero-length one counts on no day."""

    FACT_KEY: ClassVar = ("practice", "network")

    practice = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships", db_index=False)
    network = models.ForeignKey(Organisation, models.PROTECT, related_name="member_practices", db_index=False)
    zero_length_date = models.DateField(
        null=True, blank=True, help_text="Start and end of a membership that ODS records with no length."
    )

    objects = MembershipQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [believed_once("membership_believed_once", "practice", "network")]
        indexes = [
            models.Index("network", "practice", condition=Q(recorded__upper_inf=True), name="membership_of_network"),
        ]


class Parent(TwoClocked):
    """One row is one belief about an organisation's Parent Organisation."""

    FACT_KEY: ClassVar = ("organisation",)

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="parents", db_index=False)
    parent = models.ForeignKey(Organisation, models.PROTECT, related_name="children")

    class Meta:
        constraints = [believed_once("parent_believed_once", "organisation")]


class Lead(TwoClocked):
    """One row is one belief about a network's lead commissioning organisation."""

    FACT_KEY: ClassVar = ("network",)

    network = models.ForeignKey(Organisation, models.PROTECT, related_name="leads", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="led")

    class Meta:
        constraints = [believed_once("lead_believed_once", "network")]


class ListKind(models.IntegerChoices):
    CRP = 1, "registered list"
    WPLS = 2, "weighted practice list size"
    PCN_ADJUSTED = 3, "PCN adjusted population"
    CARE_HOME_BEDS = 4, "care home beds"


class ListSize(TwoClocked):
    """One row is one belief about how many patients (or beds) an organisation had on the days of `valid`.

    Figures are published as at a day, so `valid` is usually that one day.
    """

    FACT_KEY: ClassVar = ("organisation", "kind")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="list_sizes", db_index=False)
    kind = models.PositiveSmallIntegerField(choices=ListKind.choices)
    size = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            believed_once("list_size_believed_once", "organisation", "kind"),
            models.CheckConstraint(condition=Q(size__gte=0), name="list_size_not_negative"),
        ]


class Payee(TwoClocked):
    """One row is one belief about who is nominated to receive a network's money.

    `proposal` says who proposed it and who confirmed it; none for what the portal itself took in.
    """

    FACT_KEY: ClassVar = ("network",)

    network = models.ForeignKey(Organisation, models.PROTECT, related_name="payees", db_index=False)
    payee = models.ForeignKey(Organisation, models.PROTECT, related_name="payee_for")
    proposal = models.ForeignKey(
        "organisations.PayeeProposal", models.PROTECT, null=True, related_name="nominations", db_index=False
    )

    class Meta:
        constraints = [believed_once("payee_believed_once", "network")]


class Cluster(models.Model):
    """One row is one Service Provider Cluster: a named set of organisations under one parent."""

    parent = models.ForeignKey(Organisation, models.PROTECT, related_name="clusters")
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(Organisation, related_name="in_clusters")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="cluster_named_once")]

    def __str__(self) -> str:
        return self.name


class OdsLoad(models.Model):
    """One row is one ODS or list size file taken in: a complete snapshot as at a day.

    `published` is when list sizes were published, or at the earliest; null where nothing said it.
    `summary` counts what the file says, `corrections` what it changed, in words -> how many; `effects` are sentences.
    `rows` are those refused or remarked on: [kind (RowKind), line, column, value, words], and of
    those refused the code of the practice they are about.
    """

    layout = models.CharField(max_length=30)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    as_at = models.DateField()
    published = models.DateField(null=True)
    scope = models.CharField(max_length=12, blank=True, help_text="The one commissioner it was limited to, if any.")
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, db_index=False)
    summary = models.JSONField(default=dict)
    corrections = models.JSONField(default=dict)
    effects = models.JSONField(default=list)
    refused_rows = models.PositiveIntegerField(default=0)
    rows = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["layout", "-as_at"], name="ods_load_latest"),
            models.Index(fields=["-loaded_at", "-id"], name="ods_load_newest"),
        ]


class OdsUpload(models.Model):
    """One row is reference files that somebody uploaded: checked first, then loaded or dropped.

    `as_at`, `lists_as_at` and `lists_published` are the days given with them. What the check and the load found is
    their jobs' result.
    """

    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    as_at = models.DateField(null=True)
    lists_as_at = models.DateField(null=True)
    lists_published = models.DateField(null=True)
    check_job = models.ForeignKey("operations.Job", models.PROTECT, related_name="+")
    load_job = models.ForeignKey("operations.Job", models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)

    @property
    def status(self) -> UploadStatus:
        """Where it stands; asks for its jobs."""
        if self.dropped_at:
            return UploadStatus.DROPPED
        loading = self.load_job is not None
        state = self.load_job.state if self.load_job else self.check_job.state
        if state == JobState.FAILED:
            return UploadStatus.NOT_LOADED if loading else UploadStatus.NOT_CHECKED
        if state == JobState.DONE:
            return UploadStatus.LOADED if loading else UploadStatus.CHECKED
        return UploadStatus.BEING_LOADED if loading else UploadStatus.BEING_CHECKED


class OdsUploadFile(models.Model):
    """One row is one file of an upload. It is kept in the database, where every machine reaches it, until it is loaded
    or dropped; then its content is removed, and its name stays."""

    upload = models.ForeignKey(OdsUpload, models.CASCADE, related_name="files")
    purpose = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    content = models.BinaryField(null=True)
