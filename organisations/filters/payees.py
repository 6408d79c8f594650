"""Payees that are proposed, and contacts, narrowed."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from organisations.models import Contact, PayeeProposal
from organisations.states import ProposalState

STATES = {state.label: state for state in ProposalState}


class PayeeProposalFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=[(label, label) for label in STATES], method="in_state")
    pcn = django_filters.CharFilter(field_name="network__code", max_length=12, help_text="The Org ID of a PCN.")

    class Meta:
        model = PayeeProposal
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[PayeeProposal], name: str, label: str) -> QuerySet[PayeeProposal]:
        return rows.filter(state=STATES[label])


class ContactFilters(django_filters.FilterSet):
    organisation = django_filters.CharFilter(
        field_name="organisation__code", max_length=12, help_text="The Org ID of a practice or PCN."
    )

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()
