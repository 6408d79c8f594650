from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
import yaml
from django.db import IntegrityError, transaction

from accounts.states import Role
from catalogue import queries
from catalogue.commands import confirm_release, load_definition, propose_release
from catalogue.models import Aggregates, Expected, PaidTo, QualityService, ServiceVersion
from catalogue.states import SERVICE_VERSION, VersionState
from core.actors import SYSTEM
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from organisations.models import ListKind
from tests.factories.accounts import acting_as
from tests.factories.catalogue import CLINICAL_DIRECTOR, ServiceVersionFactory, definition_content, released_service
from tests.factories.organisations import NationalOperatorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def operator():
    return NationalOperatorFactory.create()


@pytest.fixture
def releaser(operator):
    return acting_as(Role.SERVICE_RELEASE, organisation=operator)


@pytest.fixture
def confirmer(operator):
    return acting_as(Role.SERVICE_RELEASE, organisation=operator)


def as_text(**changes):
    return yaml.safe_dump(definition_content(**changes), sort_keys=False)


def test_a_definition_is_loaded_as_a_draft_and_its_service_is_made():
    loaded = load_definition(CLINICAL_DIRECTOR, by=SYSTEM)

    version = ServiceVersion.objects.get(pk=loaded.version_id)
    assert (loaded.is_new, loaded.number, loaded.unknown_figures) == (True, 1, ())
    assert version.state == VersionState.DRAFT
    assert version.service.code == "PCN-CD-2020-22"
    assert [change.to_state for change in version.history.all()] == [VersionState.DRAFT]
    assert not queries.released_services()


def test_the_same_content_again_changes_nothing():
    first = load_definition(CLINICAL_DIRECTOR, by=SYSTEM)

    again = load_definition(CLINICAL_DIRECTOR, by=SYSTEM)

    assert (again.is_new, again.version_id) == (False, first.version_id)
    assert ServiceVersion.objects.count() == 1


def test_other_content_becomes_the_next_version():
    load_definition(CLINICAL_DIRECTOR, by=SYSTEM)

    second = load_definition(as_text(short_name="Clinical Director"), by=SYSTEM)

    assert (second.is_new, second.number) == (True, 2)


def test_every_problem_of_a_definition_is_named():
    with pytest.raises(Invalid) as refused:
        load_definition(as_text(end_date="2019-03-31", paid_to="nobody", payment_period="weekly"), by=SYSTEM)

    assert len(refused.value.sentences) >= 2
    assert any(sentence.startswith("paid_to: 'nobody'") for sentence in refused.value.sentences)


def test_loading_needs_the_role(operator):
    with pytest.raises(NotPermitted):
        load_definition(CLINICAL_DIRECTOR, by=acting_as(Role.REFERENCE_DATA, organisation=operator))


def test_a_version_holds_once_two_people_have_released_it(releaser, confirmer):
    loaded = load_definition(CLINICAL_DIRECTOR, by=releaser)

    propose_release(loaded.version_id, by=releaser)
    released = confirm_release(loaded.version_id, by=confirmer)

    version = ServiceVersion.objects.get(pk=released.version_id)
    assert version.state == VersionState.RELEASED
    assert (version.released_by, version.confirmed_by) == (releaser.user, confirmer.user)
    assert [change.transition for change in version.history.order_by("pk")] == [
        "load",
        "propose release",
        "confirm release",
    ]


def test_the_service_takes_its_facts_and_dates_from_the_released_version():
    service = released_service()

    dates = list(queries.achievement_dates(service.pk))
    assert service.name == "Primary Care Networks calculations 2020/22 - Clinical Director payment"
    assert (service.paid_to, service.aggregates) == (PaidTo.NETWORK, Aggregates.AMOUNTS)
    assert service.expected == Expected.EVERY_MEMBER
    assert (service.start_date, service.end_date) == (date(2020, 4, 1), date(2022, 3, 31))
    assert len(dates) == 24
    assert all(each.is_payment_date for each in dates)
    assert (dates[18].date, dates[18].period_start, dates[18].period_end) == (
        date(2021, 10, 31),
        date(2021, 10, 1),
        date(2021, 10, 31),
    )


def test_a_new_version_supersedes_the_one_before(releaser, confirmer):
    service = released_service()
    loaded = load_definition(as_text(short_name="Clinical Director", no_declaration_required=False), by=releaser)

    propose_release(loaded.version_id, by=releaser)
    confirm_release(loaded.version_id, by=confirmer)

    states = list(service.versions.order_by("number").values_list("state", flat=True))
    service.refresh_from_db()
    assert states == [VersionState.SUPERSEDED, VersionState.RELEASED]
    assert (service.short_name, service.no_declaration_required) == ("Clinical Director", False)
    assert queries.definition_of(service.pk).short_name == "Clinical Director"


def test_a_draft_changes_nothing_about_its_service(releaser):
    service = released_service()

    load_definition(as_text(short_name="Clinical Director"), by=releaser)

    service.refresh_from_db()
    assert service.short_name == "Clinical Director payment"
    assert queries.definition_of(service.pk).short_name == "Clinical Director payment"


def test_nobody_confirms_their_own_release(releaser):
    loaded = load_definition(CLINICAL_DIRECTOR, by=releaser)
    propose_release(loaded.version_id, by=releaser)

    with pytest.raises(NotPermitted, match="another person's"):
        confirm_release(loaded.version_id, by=releaser)


def test_the_database_refuses_one_person_too(releaser):
    loaded = load_definition(CLINICAL_DIRECTOR, by=releaser)
    user = releaser.user

    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceVersion.objects.filter(pk=loaded.version_id).update(released_by=user, confirmed_by=user)


def test_nothing_is_confirmed_before_it_is_released(releaser, confirmer):
    loaded = load_definition(CLINICAL_DIRECTOR, by=releaser)

    with pytest.raises(NotPermitted, match="Nobody has released it yet"):
        confirm_release(loaded.version_id, by=confirmer)


@pytest.mark.parametrize("step", [propose_release, confirm_release])
def test_the_portal_itself_releases_nothing(step):
    loaded = load_definition(CLINICAL_DIRECTOR, by=SYSTEM)

    with pytest.raises(NotPermitted, match="one person"):
        step(loaded.version_id, by=SYSTEM)


def test_an_unknown_figure_keeps_a_draft_a_draft(releaser):
    calculation = definition_content()["calculation"]
    calculation["rates"][1]["amount"] = "unknown"
    loaded = load_definition(as_text(calculation=calculation), by=releaser)

    with pytest.raises(NotPermitted, match="unknown"):
        propose_release(loaded.version_id, by=releaser)

    assert loaded.unknown_figures == ("calculation.rates[1].amount",)


def test_a_golden_case_that_fails_stops_the_release(releaser):
    cases = definition_content()["golden_cases"]
    cases[0]["expected"] = "735.35"
    loaded = load_definition(as_text(golden_cases=cases), by=releaser)

    with pytest.raises(Invalid, match=re.escape("£735.36 is not the £735.35 expected")):
        propose_release(loaded.version_id, by=releaser)


def test_what_is_released_is_not_released_again(releaser, confirmer):
    service = released_service()
    version = queries.released_version(service.pk)

    with pytest.raises(Conflict, match="It is Released"):
        propose_release(version.pk, by=confirmer)


def test_a_version_that_does_not_exist_is_not_visible(releaser):
    with pytest.raises(NotVisible):
        propose_release(10**9, by=releaser)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("state", list(VersionState))
@pytest.mark.parametrize("name", sorted(SERVICE_VERSION))
def test_a_version_moves_only_from_its_states_and_by_its_role(name, state, role, operator, releaser):
    move = SERVICE_VERSION[name]
    known = {"released_by": releaser.user, "confirmed_by": acting_as(organisation=operator).user}
    version = ServiceVersionFactory.create(state=state, **({"released_by": releaser.user} if state == 1 else known))
    by = acting_as(*([role] if role else []), organisation=operator)

    moved = move.apply(ServiceVersion.objects.filter(pk=version.pk), by=by, values=_values(name, by))

    allowed = role == Role.SERVICE_RELEASE and name != "supersede" and state in move.sources
    assert bool(moved) == allowed
    assert ServiceVersion.objects.get(pk=version.pk).state == (move.target if allowed else state)


def _values(name, by):
    return {"confirm release": {"confirmed_by_id": by.user_id}, "propose release": {"released_by_id": by.user_id}}.get(
        name
    )


def test_rates_and_list_sizes_are_those_of_the_date():
    service = released_service()
    definition = queries.definition_of(service.pk)

    needed = queries.list_needed(definition, date(2021, 10, 31))

    assert queries.rate_on(service.pk, date(2021, 10, 31)).amount == Decimal("0.061")
    assert queries.rate_on(service.pk, date(2020, 10, 31)).amount == Decimal("0.722")
    assert (needed.kind, needed.as_at) == (ListKind.CRP, date(2021, 1, 1))


def test_a_definition_is_parsed_once(django_assert_num_queries):
    service = released_service()
    queries.definition_of(service.pk)

    with django_assert_num_queries(1):
        queries.definition_of(service.pk)


def test_services_are_found_by_year_payment_type_and_payee():
    service = released_service()

    assert list(queries.services_for(year=queries.FinancialYear(2021), payment_type="Network services")) == [service]
    assert list(queries.services_for(paid_to=PaidTo.NETWORK)) == [service]
    assert not queries.services_for(year=queries.FinancialYear(2022))
    assert not queries.services_for(payment_type="Vaccination")
    assert not queries.services_for(paid_to=PaidTo.PRACTICE)
    assert queries.payment_types() == ["Network services"]


def test_a_service_is_known_by_its_code_once_it_is_released():
    service = released_service()

    assert queries.service_by_code("PCN-CD-2020-22") == service
    with pytest.raises(NotVisible):
        queries.service_by_code("PCN-CD-2030-32")


def test_the_definitions_that_come_with_the_portal_load(capsys):
    from django.core.management import call_command

    call_command("load_definitions")
    call_command("load_definitions")

    assert "loaded as version 1, a draft" in capsys.readouterr().out
    assert QualityService.objects.count() == ServiceVersion.objects.count()
