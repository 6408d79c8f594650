"""E-mails at once, once a day or not at all, as each person chose; over a real connection."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.urls import reverse

from accounts import commands
from accounts.queries import mail_choices_of
from accounts.states import MAIL_FOR, Role
from core import clock
from core.actors import SYSTEM
from core.errors import Invalid, NotPermitted
from operations.commands import deliver
from operations.digests import send_digests
from operations.kinds import Frequency, MailKind
from operations.models import DigestItem, MailPreference, OutboxMessage
from operations.notifications import Notice, send
from operations.tasks import tick
from tests.factories.accounts import acting_as
from tests.factories.organisations import CommissionerFactory
from tests.plugins.markup import flaws
from tests.plugins.smtp import MailServer, mail_server

__all__ = ["mail_server"]

pytestmark = pytest.mark.django_db(transaction=True)

EVENING, EARLY = datetime(2021, 12, 11, 18, 0, tzinfo=UTC), datetime(2021, 12, 12, 6, 59, tzinfo=UTC)
MORNING = datetime(2021, 12, 12, 7, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def evening(set_clock):
    set_clock(EVENING)


@pytest.fixture
def ada():
    return acting_as(Role.APPROVAL_MANAGEMENT, organisation=CommissionerFactory.create())


def tell(person, sentence="Weight Management awaits your approval", *, kind=MailKind.APPROVAL, event="declared 1"):
    notice = Notice(sentence, "/achievement/7/", "emails/layout.txt", {"user": person.user}, kind)
    with transaction.atomic():
        return send(notice, event=event, to=person.user.email)


def deliver_all():
    for message in OutboxMessage.objects.filter(done_at=None).order_by("pk"):
        deliver(message.pk)


def subjects(mail_server):
    return [mail["Subject"] for mail in mail_server.received]


def test_who_chose_nothing_is_told_at_once(mail_server: MailServer, ada):
    tell(ada)
    deliver_all()

    assert subjects(mail_server) == ["Weight Management awaits your approval"]


def test_who_chose_never_is_not_told_of_that_kind_and_of_others_as_before(mail_server: MailServer, ada):
    commands.choose_mail({MailKind.APPROVAL: Frequency.NEVER}, by=ada)

    told = [tell(ada), tell(ada, "It was returned", kind=MailKind.CAME_BACK, event="returned 1")]
    deliver_all()

    assert told == [False, True]
    assert subjects(mail_server) == ["It was returned"]


def test_what_concerns_the_account_is_always_told(mail_server: MailServer, ada):
    for kind in mail_choices_of(ada.user):
        commands.choose_mail({kind: Frequency.NEVER}, by=ada)

    tell(ada, "Your second factor was reset", kind=None)
    deliver_all()

    assert subjects(mail_server) == ["Your second factor was reset"]


def test_once_a_day_all_come_together_at_seven(mail_server: MailServer, ada, settings):
    settings.PORTAL_URL = "https://cqrs.example"
    commands.choose_mail({MailKind.APPROVAL: Frequency.DAILY}, by=ada)
    tell(ada, "October awaits your approval", event="declared 1")
    tell(ada, "November awaits your approval", event="declared 2")
    with clock.held_at(EARLY):
        sent_early = send_digests()

    with clock.held_at(MORNING):
        sent = send_digests()
        again = send_digests()
        tell(ada, "December awaits your approval", event="declared 3")
        deliver_all()

    (mail,) = mail_server.received
    text = mail.get_content()
    assert (sent_early, sent, again) == (0, 1, 0)
    assert mail["Subject"] == "2 things to know of 12 December 2021"
    assert text.index("October awaits") < text.index("November awaits")
    assert "https://cqrs.example/achievement/7/" in text
    assert "December awaits" not in text
    assert DigestItem.objects.filter(sent_at=None).count() == 1


def test_one_event_is_one_line_however_often_it_is_told(ada):
    commands.choose_mail({MailKind.APPROVAL: Frequency.DAILY}, by=ada)

    assert [tell(ada), tell(ada)] == [True, False]
    assert DigestItem.objects.count() == 1


def test_a_morning_that_was_missed_is_made_up_for(mail_server: MailServer, ada):
    commands.choose_mail({MailKind.APPROVAL: Frequency.DAILY}, by=ada)
    tell(ada)

    with clock.held_at(datetime(2021, 12, 14, 3, 0, tzinfo=UTC)):
        send_digests()
        deliver_all()

    assert subjects(mail_server) == ["1 thing to know of 13 December 2021"]


def test_the_tick_sends_digests(ada, monkeypatch):
    commands.choose_mail({MailKind.APPROVAL: Frequency.DAILY}, by=ada)
    tell(ada)

    with clock.held_at(MORNING):
        tick()

    assert OutboxMessage.objects.filter(keys__event__startswith="digest").count() == 1


def test_somebody_disabled_meanwhile_gets_no_digest(mail_server: MailServer, ada):
    commands.choose_mail({MailKind.APPROVAL: Frequency.DAILY}, by=ada)
    tell(ada)
    commands.disable_users([ada.user], by=SYSTEM)

    with clock.held_at(MORNING):
        send_digests()
        deliver_all()

    assert mail_server.received == []
    assert not DigestItem.objects.filter(sent_at=None).exists()


def test_each_chooses_among_what_their_roles_are_told(ada):
    assert mail_choices_of(ada.user) == {
        MailKind.APPROVAL: Frequency.AT_ONCE,
        MailKind.CAME_BACK: Frequency.AT_ONCE,
        MailKind.PARTICIPATION: Frequency.AT_ONCE,
        MailKind.NIL_SETTLEMENT: Frequency.AT_ONCE,
    }
    assert set(MAIL_FOR) == set(MailKind)


def test_a_kind_that_no_role_is_told_of_is_refused(ada):
    with pytest.raises(Invalid, match="none of your roles"):
        commands.choose_mail({MailKind.OVERNIGHT: Frequency.NEVER}, by=ada)


def test_the_portal_itself_chooses_for_nobody(ada):
    with pytest.raises(NotPermitted):
        commands.choose_mail({MailKind.APPROVAL: Frequency.NEVER}, by=SYSTEM)


def test_the_page_shows_and_saves_what_was_chosen(client, ada):
    client.force_login(ada.user)
    address = reverse("accounts:mail")

    before = client.get(address)
    saved = client.post(address, {"kind_1": "2", "kind_3": "3", "kind_5": "1", "kind_7": "1"}, follow=True)
    after = client.get(address).text

    assert flaws(before.text) == []
    assert "What awaits your approval" in before.text
    assert "Overnight runs" not in before.text
    assert "Saved. It holds from the next e-mail on." in saved.text
    assert mail_choices_of(ada.user)[MailKind.APPROVAL] == Frequency.DAILY
    assert after.count("checked") == 4


def test_a_choice_that_there_is_not_is_named(client, ada):
    client.force_login(ada.user)

    answer = client.post(reverse("accounts:mail"), {"kind_1": "9"})

    assert answer.status_code == 422
    assert not MailPreference.objects.exists()


def test_the_page_in_a_browser(page, eyes, live_server, ada, client):
    client.force_login(ada.user)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    page.goto(f"{live_server.url}/account/")
    page.get_by_role("link", name="Which e-mails you get").click()
    eyes.look("which-e-mails")
    page.get_by_role("group", name="What awaits your approval").get_by_label("Once a day").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()

    assert mail_choices_of(ada.user)[MailKind.APPROVAL] == Frequency.DAILY
