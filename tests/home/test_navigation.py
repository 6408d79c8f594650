from __future__ import annotations

import pytest
from django.urls import resolve, reverse

from accounts.states import Role
from cqrs_portal.navigation import SECTIONS, place_of
from tests.factories.accounts import acting_as
from tests.factories.organisations import (
    CommissionerFactory,
    NationalOperatorFactory,
    NetworkFactory,
    PracticeFactory,
)

pytestmark = pytest.mark.django_db


def tabs_of(actor, path="/"):
    return [tab.label for tab in place_of(actor, resolve(path)).tabs]


def test_somebody_without_a_role_finds_home_and_help():
    practice = PracticeFactory()
    actor = acting_as(organisation=practice)

    assert tabs_of(actor) == ["Home", "Help"]


def test_an_approver_finds_offers_data_and_achievements():
    actor = acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory())

    assert tabs_of(actor) == [
        "Home", "Participation Management", "Data Submission", "Achievement", "Reports", "Help",
    ]  # fmt: skip


@pytest.mark.parametrize("factory", [PracticeFactory, NetworkFactory])
def test_a_provider_finds_its_services_and_achievements_and_no_approvals(factory):
    actor = acting_as(Role.VIEW, organisation=factory())

    place = place_of(actor, resolve(reverse("achievement:achievement_results")))

    assert [tab.label for tab in place.tabs] == [
        "Home", "Participation Management", "Data Submission", "Achievement", "Reports", "Help",
    ]  # fmt: skip
    assert "Declaration Management" not in [tab.label for tab in place.sub_tabs]


def test_the_national_operator_finds_the_overnight_runs():
    actor = acting_as(Role.OPERATIONS, organisation=NationalOperatorFactory())

    assert "Administrative Tasks" in tabs_of(actor)


def test_the_tab_one_is_in_is_marked():
    actor = acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory())

    place = place_of(actor, resolve(reverse("achievement:declaration_management")))

    assert [tab.label for tab in place.tabs if tab.current] == ["Achievement"]
    assert [tab.label for tab in place.sub_tabs if tab.current] == ["Declaration Management"]


def test_each_page_stands_under_one_tab():
    names = [entry.name for section in SECTIONS for entry in section.entries]
    pages = [page for section in SECTIONS for page in section.pages]

    assert len(names) == len(set(names))
    assert len(pages) == len(set(pages))
