"""Who takes part in which quality service, for which network, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery

from catalogue.models import QualityService
from core import clock
from core.texts import REASON_LENGTH
from core.transitions import Stateful, TransitionLog
from core.two_clocks import TwoClocked, believed_once
from organisations.models import Organisation
from participation.states import COVERING, AskState, RequestState, State


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def in_state(self, *states: State) -> Self:
        return self.filter(state__in=states)

    def covering(self, day: date, known_at: date | datetime | None = None) -> Self:
        """Approved participations whose term covers the day."""
        return self.in_state(*COVERING).filter(pk__in=Term.objects.as_of(day, known_at).values("participation"))

    def with_terms(self, known_at: date | datetime | None = None) -> Self:
        """With `start_date` and `end_date`, both inclusive, as believed at an instant."""
        terms = Term.objects.known(known_at).filter(participation=OuterRef("pk"))
        last_day = ExpressionWrapper(F("valid__endswith") - 1, models.DateField())
        return self.annotate(
            start_date=Subquery(terms.values("valid__startswith")[:1]),
            end_date=Subquery(terms.annotate(last_day=last_day).values("last_day")[:1]),
        )


class Participation(Stateful):
    """One row is one service offered to one provider, for one network where that is paid, and what came of it."""

    STATES = State

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="participations", db_index=False)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="participations")
    network = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="network_participations")
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="offers_made")
    offered_at = models.DateTimeField()
    respond_by = models.DateField(null=True, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="re_offers", db_index=False
    )

    objects = ParticipationQuerySet.as_manager()

    if TYPE_CHECKING:  # what `with_terms` adds to a row
        start_date: date
        end_date: date

    class Meta:
        indexes = [models.Index(fields=["service", "network", "provider"], name="participation_by_network")]

    def __str__(self) -> str:
        return f"{self.provider} in {self.service}"


class ParticipationChange(TransitionLog):
    """One row is one move of one participation from state to state."""

    row = models.ForeignKey(Participation, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)


Participation.LOG = ParticipationChange


class Term(TwoClocked):
    """One row is one belief about the days a participation holds for: its start and end dates, and why they are so."""

    FACT_KEY: ClassVar = ("participation",)

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="terms", db_index=False)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            believed_once("term_believed_once", "participation"),
            models.UniqueConstraint(
                fields=["participation"], condition=Q(recorded__upper_inf=True), name="term_one_believed"
            ),
        ]


class EndRequest(Stateful):
    """One row is one end date, or one cancellation where `end_date` is null, that takes back what somebody approved:
    one person asked for it, and another confirms or declines it.

    `foreseen` are the sentences that whoever asked saw of what would change.
    """

    STATES = RequestState

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="end_requests")
    end_date = models.DateField(null=True)
    reason = models.CharField(max_length=REASON_LENGTH)
    foreseen = models.JSONField(default=list)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="end_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RequestState.CONFIRMED, RequestState.DECLINED]) | Q(decided_by__isnull=False),
                name="end_request_decided_by_somebody",
            ),
        ]

    @property
    def cancels(self) -> bool:
        return self.end_date is None


class EndRequestChange(TransitionLog):
    """One row is one move of one request to end participations."""

    row = models.ForeignKey(EndRequest, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)


EndRequest.LOG = EndRequestChange


class EndRequestRow(models.Model):
    """One row is one participation of a request, with the version that whoever asked saw."""

    request = models.ForeignKey(EndRequest, models.PROTECT, related_name="rows")
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="end_requests")
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "participation"], name="end_request_row_once")]


class ServiceRequest(Stateful):
    """One row is one service that a provider asked its commissioning organisation to be offered, and what came of it.

    `reason` and `decided_by` are of one that was declined. `asked_by` is null for what was asked before that was kept.
    """

    STATES = AskState

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="services_asked_for")
    commissioner = models.ForeignKey(Organisation, models.PROTECT, related_name="service_requests")
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "provider"], condition=Q(state=AskState.ASKED), name="service_request_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=AskState.DECLINED) | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="service_request_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} asks for {self.service}"


class ServiceRequestChange(TransitionLog):
    """One row is one move of one request for a service."""

    row = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="history")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)


ServiceRequest.LOG = ServiceRequestChange


class Allocation(TwoClocked):
    """One row is one belief about how much of a service a provider is paid for at most in a payment period: its
    allocation, which its commissioning organisation sets. Whole items; what is above it is shown and not paid. `by` and
    `reason` say who set it so, and why."""

    FACT_KEY: ClassVar = ("service", "provider")

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="allocations")
    amount = models.PositiveIntegerField()
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [believed_once("allocation_believed_once", "service", "provider")]


class OfferDraftQuerySet(models.QuerySet["OfferDraft"]):
    def unfinished(self) -> Self:
        return self.filter(made_at=None, dropped_at=None)


class OfferDraft(models.Model):
    """One row is offers that one person is preparing for their organisation, kept until they are made or dropped.

    `version` counts what was changed in it. `preview` is the worker's look at what would follow, of `previewed`, a
    version. `made` says what came of it, once it was made: ids, sentences.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    respond_by = models.DateField(null=True)
    providers = models.ManyToManyField(Organisation, related_name="+")
    version = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    preview = models.ForeignKey("operations.Job", models.PROTECT, null=True, related_name="+", db_index=False)
    previewed = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    made = models.JSONField(default=dict)
    dropped_at = models.DateTimeField(null=True)

    objects = OfferDraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "organisation"],
                condition=Q(made_at=None, dropped_at=None),
                name="offer_draft_unfinished",
            )
        ]
