"""The addresses of the API, under /api/v1/."""

from __future__ import annotations

from typing import Any

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from achievement.api import Achievements, AdjustmentsDue, NetworkAchievements, NilSettlements, WaitingNetworks
from catalogue.api import Services
from core.errors import NotVisible
from organisations.api import (
    Contacts,
    ListSizes,
    Memberships,
    Nominations,
    OdsRequests,
    Organisations,
    PayeeProposals,
    ReferenceLoads,
    ReferenceUploads,
)
from participation.api import (
    Allocations,
    ClosureProposals,
    Closures,
    EndRequests,
    Joiners,
    Participations,
    ServiceRequests,
)
from submission.api import DataSubmissions, Submissions


class NoSuchAddress(APIView):
    """Every address of the API that is none."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotVisible("There is no such address in the API.")


router = SimpleRouter()
router.register("organisations", Organisations, "organisations")
router.register("contacts", Contacts, "contacts")
router.register("memberships", Memberships, "memberships")
router.register("nominated-payees", Nominations, "nominated_payees")
router.register("payee-proposals", PayeeProposals, "payee_proposals")
router.register("list-sizes", ListSizes, "list_sizes")
router.register("ods-requests", OdsRequests, "ods_requests")
router.register("reference-uploads", ReferenceUploads, "reference_uploads")
router.register("reference-loads", ReferenceLoads, "reference_loads")
router.register("services", Services, "services")
router.register("participations", Participations, "participations")
router.register("allocations", Allocations, "allocations")
router.register("end-requests", EndRequests, "end_requests")
router.register("joiners", Joiners, "joiners")
router.register("closures", Closures, "closures")
router.register("closure-proposals", ClosureProposals, "closure_proposals")
router.register("service-requests", ServiceRequests, "service_requests")
router.register("submissions", Submissions, "submissions")
router.register("data-submissions", DataSubmissions, "data_submissions")
router.register("achievements", Achievements, "achievements")
router.register("network-achievements", NetworkAchievements, "network_achievements")
router.register("to-be-adjusted", AdjustmentsDue, "adjustments_due")
router.register("nil-settlements", NilSettlements, "nil_settlements")
router.register("waiting-networks", WaitingNetworks, "waiting_networks")

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    *router.urls,
    re_path(r"", NoSuchAddress.as_view(), name="no_such_address"),
]
