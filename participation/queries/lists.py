"""What a commissioning organisation can offer, and to whom."""

from __future__ import annotations

from accounts.rules import Acting
from catalogue.models import PaidTo, QualityService
from catalogue.queries import services_for
from core import clock
from organisations.models import Lead, Organisation


def networks_led_by(by: Acting) -> list[Organisation]:
    """The networks whose lead today is the organisation acted for, by name: whom one may offer to."""
    led = Lead.objects.as_of(clock.today()).filter(commissioner=by.organisation_id).values("network")
    return list(Organisation.objects.networks().filter(pk__in=led).order_by("name", "code"))


def services_to_offer() -> list[QualityService]:
    """Released services that are paid to networks, by name."""
    return list(services_for(paid_to=PaidTo.NETWORK))
