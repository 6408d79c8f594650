"""Where one is signed in, the end of a session, and what was sent after it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts.presenters.sessions import browser_of
from accounts.states import Role
from core import clock
from cqrs_portal import last_acting
from tests.factories.accounts import PASSWORD, GrantFactory, UserFactory, acting_as
from tests.factories.organisations import PracticeFactory
from tests.plugins.markup import flaws

pytestmark = pytest.mark.django_db

SESSIONS, KEPT = "accounts:sessions", "accounts:kept"
ORGANISATION = "accounts:choose_organisation"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def tamsin():
    return acting_as(Role.VIEW, organisation=PracticeFactory(name="Portland Surgery")).user


def signed_in(user, agent=CHROME, **how):
    client = Client(headers={"user-agent": agent}, **how)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def let_it_end(client):
    """Nobody does anything until the session has ended."""
    row = Session.objects.get(pk=client.session.session_key)
    row.expire_date = clock.machine_moment() - timedelta(seconds=1)
    row.save()


def ends_in(client):
    row = Session.objects.get(pk=client.session.session_key)
    return (row.expire_date - clock.machine_moment()).total_seconds()


def wind_on(client, **time):
    row = Session.objects.get(pk=client.session.session_key)
    row.expire_date -= timedelta(**time)
    row.save()


@pytest.mark.parametrize(
    "agent, words",
    [
        (CHROME, "Chrome on Windows"),
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("python-requests/2.32", "Another program"),
        ("", "Another program"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent, words):
    assert browser_of(agent) == words


def test_every_session_is_listed_and_this_one_is_marked(tamsin):
    here, _elsewhere = signed_in(tamsin), signed_in(tamsin, FIREFOX)

    page = here.get(reverse(SESSIONS)).text

    assert page.count("This one") == 1
    assert "Chrome on Windows" in page
    assert "End Firefox on Linux" in page
    assert "2 sessions" in page
    assert flaws(page) == []


def test_sessions_that_have_run_out_or_hold_no_longer_are_not_listed(tamsin):
    run_out, before_the_change = signed_in(tamsin, FIREFOX), signed_in(tamsin, FIREFOX)
    let_it_end(run_out)
    tamsin.set_password("another password of hers")
    tamsin.save()
    here = Client(headers={"user-agent": CHROME})
    here.post(reverse("account_login"), {"login": tamsin.email, "password": "another password of hers"})

    page = here.get(reverse(SESSIONS)).text

    assert before_the_change.get("/").status_code == 302
    assert "1 session" in page
    assert "You are signed in nowhere else." in page


def test_anothers_sessions_are_not_listed(tamsin):
    signed_in(acting_as(Role.VIEW, organisation=PracticeFactory()).user, FIREFOX)

    assert "Firefox" not in signed_in(tamsin).get(reverse(SESSIONS)).text


def test_as_many_queries_for_two_sessions_as_for_twenty(tamsin, django_assert_max_num_queries):
    here = signed_in(tamsin)
    for _ in range(20):
        signed_in(tamsin, FIREFOX)

    with django_assert_max_num_queries(10):
        here.get(reverse(SESSIONS))


def test_one_session_is_ended_after_a_question(tamsin):
    here, elsewhere, third = signed_in(tamsin), signed_in(tamsin, FIREFOX), signed_in(tamsin)
    there = UserSession.objects.get(session_key=elsewhere.session.session_key)
    address = reverse("accounts:end_session", args=[there.pk])

    question = here.get(address)
    answer = here.post(address, follow=True)

    assert "Firefox on Linux" in question.text
    assert flaws(question.text) == []
    assert "That session has ended." in answer.text
    assert elsewhere.get("/").status_code == 302
    assert (here.get("/").status_code, third.get("/").status_code) == (200, 200)
    assert here.post(address).status_code == 404


def test_everywhere_else_is_ended_at_once(tamsin):
    here, others = signed_in(tamsin), [signed_in(tamsin, FIREFOX), signed_in(tamsin)]

    answer = here.post(reverse("accounts:end_other_sessions"), follow=True)
    again = here.post(reverse("accounts:end_other_sessions"), follow=True)

    assert "You were signed out of 2 other sessions." in answer.text
    assert "You are signed in nowhere else." in again.text
    assert [other.get("/").status_code for other in others] == [302, 302]


@pytest.mark.parametrize("method", ["get", "post"])
def test_anothers_session_is_not_found(tamsin, method):
    mallory = signed_in(acting_as(Role.VIEW, organisation=PracticeFactory()).user)
    theirs = signed_in(tamsin)
    session = UserSession.objects.get(session_key=theirs.session.session_key)

    answer = getattr(mallory, method)(reverse("accounts:end_session", args=[session.pk]))

    assert answer.status_code == 404
    assert theirs.get("/").status_code == 200


def test_a_session_ends_when_nothing_is_done(tamsin, settings):
    client = signed_in(tamsin)
    wind_on(client, seconds=settings.SESSION_COOKIE_AGE)

    answer = client.get("/account/")

    assert answer["Location"] == reverse("account_login") + "?next=/account/"


def test_work_puts_the_end_off_but_writes_no_row_each_time(tamsin, settings):
    client = signed_in(tamsin)
    wind_on(client, minutes=20)
    UserSession.objects.update(last_seen_at=clock.machine_moment() - timedelta(minutes=20))

    client.get("/account/")
    after_work = ends_in(client)
    wind_on(client, seconds=30)
    client.get("/account/")
    after_more = ends_in(client)

    assert after_work > settings.SESSION_COOKIE_AGE - 10
    assert after_more < settings.SESSION_COOKIE_AGE - 25
    assert clock.machine_moment() - UserSession.objects.get().last_seen_at < timedelta(minutes=1)


def test_asking_how_long_is_left_puts_nothing_off_and_staying_does(tamsin, settings):
    client = signed_in(tamsin)
    wind_on(client, minutes=20)
    time = reverse("accounts:session_time")

    asked, still = client.get(time), ends_in(client)
    stayed, now = client.post(time), ends_in(client)

    assert asked.json()["seconds"] == pytest.approx(settings.SESSION_COOKIE_AGE - 20 * 60, abs=5)
    assert still < settings.SESSION_COOKIE_AGE - 19 * 60
    assert stayed.json()["seconds"] == settings.SESSION_COOKIE_AGE
    assert now > settings.SESSION_COOKIE_AGE - 10
    assert "no-store" in asked["Cache-Control"]


def test_for_nobody_no_time_is_left(client):
    assert client.get(reverse("accounts:session_time")).json() == {"seconds": 0}
    assert client.post(reverse("accounts:session_time")).json() == {"seconds": 0}


def test_every_page_carries_the_warning(tamsin):
    page = signed_in(tamsin).get("/account/").text

    assert 'id="session-end"' in page
    assert re.search(r'data-left="(1800|179\d)"', page)
    assert 'data-warn="300"' in page
    assert "Stay signed in" in page


def test_a_page_of_nobody_has_no_session_to_warn_of(client):
    assert "session-end" not in client.get(reverse("account_login")).text


def test_what_was_sent_too_late_is_kept_and_sent_again(tamsin):
    other = PracticeFactory(name="Viking Medical Practice")
    GrantFactory(user=tamsin, organisation=other)
    client = signed_in(tamsin)
    client.get("/account/")
    let_it_end(client)

    late = client.post(reverse(ORGANISATION), {"organisation": other.pk, "next": "/help/", "empty": ""})
    sign_in = client.get(late["Location"])
    signed = client.post(late["Location"], {"login": tamsin.email, "password": PASSWORD, "next": reverse(KEPT)})
    page = client.get(signed["Location"]).text
    again = client.post(
        reverse(ORGANISATION), {"kept_post": "1", "organisation": other.pk, "next": "/help/", "empty": ""}
    )

    assert late["Location"] == f"{reverse('account_login')}?next=%2Faccount%2Fkept%2F&ended=1"
    assert "You were signed out" in sign_in.text
    assert signed["Location"] == reverse(KEPT)
    assert f'<input type="hidden" name="organisation" value="{other.pk}">' in page
    assert f'action="{reverse(ORGANISATION)}"' in page
    assert flaws(page) == []
    assert again["Location"] == "/help/"
    assert client.session["acting_organisation"] == other.pk
    assert client.get(reverse(KEPT))["Location"] == "/"


def test_it_can_be_left_out(tamsin):
    client = signed_in(tamsin)
    client.get("/account/")
    let_it_end(client)
    client.post(reverse(ORGANISATION), {"organisation": "1"})
    client.post(reverse("account_login"), {"login": tamsin.email, "password": PASSWORD})

    answer = client.post(reverse(KEPT), follow=True)

    assert "It was left out. Nothing was saved." in answer.text
    assert client.get(reverse(KEPT))["Location"] == "/"


def test_the_next_person_at_the_browser_does_not_see_it(tamsin):
    una = acting_as(Role.VIEW, organisation=PracticeFactory()).user
    client = signed_in(tamsin)
    client.get("/account/")
    let_it_end(client)
    client.post(reverse(ORGANISATION), {"organisation": "4711", "note": "mine alone"})

    client.post(reverse("account_login"), {"login": una.email, "password": PASSWORD})
    answer = client.get(reverse(KEPT))

    assert answer["Location"] == "/"
    assert "kept_post" not in client.session


def test_nothing_is_kept_of_strangers_of_whoever_signed_out_or_of_passwords(tamsin):
    stranger, left = Client(), signed_in(tamsin)
    left.get("/account/")
    left.post(reverse("account_logout"))
    stays = signed_in(tamsin)
    stays.get("/account/")
    let_it_end(stays)

    for client in (stranger, left, stays):
        client.post(reverse("account_change_password"), {"oldpassword": "my old one", "note": "x"})

    assert "kept_post" not in stranger.session
    assert "kept_post" not in left.session
    assert stays.session["kept_post"]["fields"] == [["note", "x"]]


def test_what_a_stranger_sends_from_another_site_is_not_kept(tamsin):
    client = signed_in(tamsin, enforce_csrf_checks=False)
    client.get("/account/")
    let_it_end(client)
    client.handler.enforce_csrf_checks = True

    answer = client.post(reverse(ORGANISATION), {"organisation": "1"})

    assert answer.status_code == 403
    assert "kept_post" not in client.session


def test_what_is_too_large_is_not_kept(tamsin):
    client = signed_in(tamsin)
    client.get("/account/")
    let_it_end(client)

    answer = client.post(reverse(ORGANISATION), {"note": "x" * 200_001})

    assert answer["Location"].startswith(reverse("account_login"))
    assert "kept_post" not in client.session


def test_one_goes_on_for_the_organisation_one_acted_for(tamsin):
    other = PracticeFactory(name="Viking Medical Practice")
    GrantFactory(user=tamsin, organisation=other)
    client = signed_in(tamsin)
    client.post(reverse(ORGANISATION), {"organisation": other.pk})
    let_it_end(client)

    client.post(reverse("account_login"), {"login": tamsin.email, "password": PASSWORD})

    assert "Viking Medical Practice" in client.get("/help/").text


def test_what_the_browser_remembers_counts_for_its_person_alone_and_is_signed(tamsin):
    una = acting_as(Role.VIEW, organisation=PracticeFactory(name="Portland Surgery")).user
    other = PracticeFactory(name="Viking Medical Practice")
    GrantFactory(user=una, organisation=other)
    client = signed_in(una)

    for forged in (f"{una.pk}:{other.pk}", signing.get_cookie_signer(salt="x").sign(f"{una.pk}:{other.pk}")):
        client.cookies[last_acting.NAME] = forged
        assert "Portland Surgery" in client.get("/help/").text


def test_an_approver_without_the_second_factor_loses_nothing_they_sent(tamsin, settings):
    client = signed_in(tamsin)
    settings.SECOND_FACTOR_REQUIRED = True
    GrantFactory(user=tamsin, organisation=PracticeFactory(), role=Role.USER_ADMINISTRATOR)

    client.post(reverse(ORGANISATION), {"organisation": "1", "note": "typed"})

    assert client.session["second_factor_goes_on_to"] == reverse(KEPT)
    assert ["note", "typed"] in client.session["kept_post"]["fields"]


def test_signing_in_takes_nothing_kept_of_an_unknown_person(client):
    user = UserFactory()

    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})

    assert client.get(reverse(KEPT))["Location"] == "/"
