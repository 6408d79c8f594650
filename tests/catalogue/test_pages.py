from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.states import Role
from catalogue.commands import load_definition
from catalogue.models import ServiceVersion
from catalogue.states import VersionState
from core.actors import SYSTEM
from tests.factories.accounts import acting_as
from tests.factories.catalogue import CLINICAL_DIRECTOR, released_service
from tests.factories.organisations import NationalOperatorFactory, PracticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def operator():
    return NationalOperatorFactory.create()


@pytest.fixture
def draft():
    return ServiceVersion.objects.get(pk=load_definition(CLINICAL_DIRECTOR, by=SYSTEM).version_id)


def sign_in(client, by):
    client.force_login(by.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["acting_organisation"] = by.organisation_id
    session.save()
    return client


def text(response):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_whoever_releases_sees_drafts_and_everybody_else_what_holds(client, operator, draft):
    listed = reverse("catalogue:services")

    releaser = text(sign_in(client, acting_as(Role.SERVICE_RELEASE, organisation=operator)).get(listed))
    practice = text(sign_in(client, acting_as(Role.VIEW, organisation=PracticeFactory.create())).get(listed))

    assert "Clinical Director payment" in releaser
    assert "Draft" in releaser
    assert "No quality service has been released yet." in practice


def test_a_draft_is_released_by_one_and_confirmed_by_another(client, operator, draft):
    page = reverse("catalogue:version", args=[draft.service.code, draft.number])
    first = acting_as(Role.SERVICE_RELEASE, organisation=operator)

    before = text(sign_in(client, first).get(page))
    client.post(reverse("catalogue:propose_release", args=[draft.pk]))
    between = text(client.get(page))
    own = client.post(reverse("catalogue:confirm_release", args=[draft.pk]))
    sign_in(client, acting_as(Role.SERVICE_RELEASE, organisation=operator))
    after = text(client.post(reverse("catalogue:confirm_release", args=[draft.pk]), follow=True))

    assert "What can be done now Release" in before
    assert "Confirm release : you cannot. You released it; the confirmation is another person&#39;s." in between
    assert own.status_code == 403
    assert "Confirmed: this version holds from now on." in after
    assert ServiceVersion.objects.get(pk=draft.pk).state == VersionState.RELEASED


def test_a_version_shows_rates_with_their_sources_and_its_dates(client):
    service = released_service()
    somebody = sign_in(client, acting_as(Role.VIEW, organisation=PracticeFactory.create()))

    said = text(somebody.get(reverse("catalogue:version", args=[service.code, 1])))

    assert "01/04/2021 - 31/03/2022 £0.061 a month Network Contract DES 2021/22" in said
    assert "31/10/2021 01/10/2021 - 31/10/2021 Payment date" in said
    assert "What can be done now" not in said


def test_a_draft_does_not_exist_for_others(client, draft):
    somebody = sign_in(client, acting_as(Role.VIEW, organisation=PracticeFactory.create()))

    page = somebody.get(reverse("catalogue:version", args=[draft.service.code, draft.number]))

    assert page.status_code == 404
