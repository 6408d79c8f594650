"""Whom to speak to at a practice or network: kept by its own administrators, and by the lead's."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.states import Role
from core.errors import Conflict, Invalid, NotPermitted
from organisations import commands
from organisations.commands import Details
from organisations.models import Contact
from tests.factories.accounts import acting_as
from tests.factories.achievement import utsire
from tests.factories.organisations import CommissionerFactory, MembershipFactory, NetworkFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

TAMSIN = Details("Tamsin Dale", "Practice manager", "tamsin.dale@portland.example", "020 7946 0000")


@pytest.fixture
def world(training_day):
    return utsire()


@pytest.fixture
def portland(world):
    return world.practices[0]


@pytest.fixture
def administrator(client, portland):
    acting = acting_as(Role.USER_ADMINISTRATOR, organisation=portland)
    client.force_login(acting.user)
    return acting


def kept(client, organisation, **typed):
    href = reverse("organisations:contacts", args=[organisation.code])
    return client.post(href, typed) if typed else client.get(href)


def test_its_own_administrator_adds_a_contact(portland, administrator):
    added = commands.add_contact(portland, TAMSIN, by=administrator)

    assert (added.name, added.added_by) == ("Tamsin Dale", administrator.user)
    assert list(Contact.objects.current()) == [added]


def test_a_change_keeps_what_was_known_before(portland, administrator):
    added = commands.add_contact(portland, TAMSIN, by=administrator)

    changed = commands.change_contact(added, Details("Tamsin Dale", "Partner", phone="12345"), by=administrator)

    assert list(Contact.objects.current()) == [changed]
    added.refresh_from_db()
    assert (added.role, added.ended_by) == ("Practice manager", administrator.user)


def test_what_is_removed_is_kept_as_past(portland, administrator):
    added = commands.add_contact(portland, TAMSIN, by=administrator)

    commands.remove_contact(added, by=administrator)

    assert not Contact.objects.current().exists()
    assert Contact.objects.count() == 1


def change(contact, by):
    commands.change_contact(contact, TAMSIN, by=by)


def remove(contact, by):
    commands.remove_contact(contact, by=by)


@pytest.mark.parametrize("act", [change, remove])
def test_two_people_do_not_change_one_contact(portland, administrator, act):
    added = commands.add_contact(portland, TAMSIN, by=administrator)
    commands.remove_contact(added, by=administrator)

    with pytest.raises(Conflict, match="changed or removed this contact meanwhile"):
        act(added, administrator)


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        (Details(" ", "Manager", phone="12345"), "Name: enter whom"),
        (Details("Tamsin", " ", phone="12345"), "Role: enter what"),
        (Details("Tamsin", "Manager"), "at least one of them"),
    ],
)
def test_a_contact_has_a_name_a_role_and_a_way_to_be_reached(portland, administrator, details, sentence):
    with pytest.raises(Invalid, match=sentence):
        commands.add_contact(portland, details, by=administrator)


def test_the_leads_organisation_administrator_keeps_those_of_its_networks_and_members(world, portland):
    ewan = world.acting(Role.ORGANISATION_ADMINISTRATOR)

    for organisation in (world.network, portland):
        commands.add_contact(organisation, TAMSIN, by=ewan)

    assert Contact.objects.current().count() == 2


@pytest.mark.parametrize("role", [Role.VIEW, Role.COMMISSIONING_MANAGEMENT, Role.USER_ADMINISTRATOR])
def test_other_roles_of_the_lead_keep_none(world, portland, role):
    with pytest.raises(NotPermitted, match="administer the users of this organisation") as refused:
        commands.add_contact(portland, TAMSIN, by=world.acting(role))

    assert "The user administrators of Portland Surgery can" in refused.value.who_can[0]


def test_a_lead_of_another_network_keeps_none(world, portland):
    other = CommissionerFactory()
    NetworkFactory(led_by=other)

    with pytest.raises(NotPermitted):
        commands.add_contact(portland, TAMSIN, by=acting_as(Role.ORGANISATION_ADMINISTRATOR, organisation=other))


def test_the_lead_keeps_no_contacts_of_a_practice_that_has_left(world, portland):
    left = MembershipFactory(network=world.network, end_date=date(2021, 11, 30)).practice

    with pytest.raises(NotPermitted):
        commands.add_contact(left, TAMSIN, by=world.acting(Role.ORGANISATION_ADMINISTRATOR))


def test_contacts_are_shown_on_the_pages_of_practice_and_network(client, world, portland, administrator):
    ewan = world.acting(Role.ORGANISATION_ADMINISTRATOR)
    for organisation in (world.network, portland):
        commands.add_contact(organisation, TAMSIN, by=ewan)

    for name, organisation in (("practice", portland), ("network", world.network)):
        text = client.get(reverse(f"organisations:{name}", args=[organisation.code])).text
        assert 'href="mailto:tamsin.dale@portland.example"' in text
        assert 'href="tel:02079460000"' in text
        assert ("Add, change or remove contacts" in text) == (organisation == portland)


def test_they_are_added_changed_and_removed_on_pages(client, portland, administrator):
    added = kept(client, portland, name="Tamsin Dale", role="Manager", email="t@portland.example")
    contact = Contact.objects.current().get()
    change = reverse("organisations:change_contact", args=[contact.pk])
    shown = client.get(change)
    client.post(change, {"name": "Tamsin Dale", "role": "Partner", "phone": "020 7946 0000 ext 12"})
    contact = Contact.objects.current().get()
    remove = reverse("organisations:remove_contact", args=[contact.pk])
    asked = client.get(remove)
    client.post(remove)

    assert added.status_code == 302
    assert 'value="t@portland.example"' in shown.text
    assert contact.role == "Partner"
    assert "Remove this contact" in asked.text
    assert not Contact.objects.current().exists()
    assert flaws(shown.text) == flaws(asked.text) == flaws(kept(client, portland).text) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "role": "Manager", "phone": "12345"}, "Enter name"),
        ({"name": "Tamsin", "role": "Manager"}, "Enter an e-mail address or a phone number."),
        ({"name": "Tamsin", "role": "Manager", "email": "tamsin"}, "E-mail must be an address"),
        ({"name": "Tamsin", "role": "Manager", "phone": "call me"}, "Phone must be a number"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, portland, administrator, typed, sentence):
    response = kept(client, portland, **typed)

    assert response.status_code == 422
    assert sentence in response.text
    assert 'value="Manager"' in response.text


def test_whoever_may_not_keep_them_is_refused_and_told_who_can(client, world, portland):
    client.force_login(acting_as(Role.VIEW, organisation=portland).user)

    response = kept(client, portland)

    assert response.status_code == 403
    assert "The user administrators of Portland Surgery can" in response.text


def test_contacts_of_what_may_not_be_seen_are_not_found(client, administrator):
    other = NetworkFactory()
    contact = Contact.objects.create(
        organisation=other, name="A", role="B", phone="12345", added_at="2021-01-01T00:00:00Z"
    )

    assert kept(client, other).status_code == 404
    assert client.get(reverse("organisations:change_contact", args=[contact.pk])).status_code == 404
