"""Services on the page of a practice or network."""

from __future__ import annotations

from participation import rules
from participation.presenters import sections as shown
from participation.queries import sections as queries
from ui.sections import About, section_of_organisations
from ui.tables import Table


@section_of_organisations
def services(about: About) -> Table:
    """What a practice or network takes part in."""
    here, by = about.organisation, about.by
    linked = rules.acts_for_commissioner(by)
    if here.is_network:
        rows = queries.services_of_network(by, here.pk, about.day, about.known_on)
        return shown.network_table(rows, about.day, linked=linked)
    return shown.practice_table(
        queries.services_of_practice(by, here.pk, about.day, about.known_on), about.day, linked=linked
    )
