"""E-mails leave with the transaction, once, over a real connection; what is refused for now is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.db import transaction

from operations.commands import deliver, send_what_is_due
from operations.models import OutboxMessage
from operations.notifications import Notice, hand_over_sealed, send
from tests.plugins.smtp import MailServer, mail_server

__all__ = ["mail_server"]

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = datetime(2021, 11, 1, 1, 30, tzinfo=UTC)
NOTICE = Notice("The overnight run of 1 November 2021 failed", "/achievement/overnight/7/", "emails/layout.txt")
LINK = "https://cqrs.example/account/password/reset/key/7-c0ffee/"


class Somebody:
    name = "Quentin O'Ash & Co"


@pytest.fixture(autouse=True)
def night(set_clock):
    set_clock(NIGHT)


def tell(to: str = "quentin.ash@national.example", event: str = "run 7 failed") -> bool:
    notice = Notice(NOTICE.sentence, NOTICE.href, NOTICE.template, {"user": Somebody})
    with transaction.atomic():
        return send(notice, event=event, to=to)


def the_message() -> OutboxMessage:
    return OutboxMessage.objects.get()


def test_an_email_arrives_with_its_subject_its_text_and_the_address_of_its_page(mail_server: MailServer, settings):
    settings.PORTAL_URL = "https://cqrs.example/"
    tell()

    deliver(the_message().pk)

    (arrived,) = mail_server.received
    assert (arrived["To"], arrived["Subject"]) == ("quentin.ash@national.example", NOTICE.sentence)
    assert arrived["From"] == settings.DEFAULT_FROM_EMAIL
    assert "Dear Quentin O'Ash & Co," in arrived.get_content()
    assert "https://cqrs.example/achievement/overnight/7/" in arrived.get_content()


def test_a_portal_that_does_not_know_its_address_says_where_to_look(mail_server: MailServer):
    tell()

    deliver(the_message().pk)

    assert "In the portal: Administrative Tasks, Overnight runs." in mail_server.received[0].get_content()


def test_nothing_is_sent_of_what_was_rolled_back(mail_server: MailServer):
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)

    assert send_what_is_due() == 0
    assert mail_server.received == []


def test_a_person_is_told_of_an_event_once_and_of_another_again(mail_server: MailServer):
    told = [tell(), tell(), tell(event="run 8 failed"), tell(to="petra.wynn@national.example")]

    assert told == [True, False, True, True]
    assert OutboxMessage.objects.count() == 3


def test_what_the_mail_server_refuses_for_now_is_sent_again_later_and_once(mail_server: MailServer, set_clock):
    mail_server.answers = ["451 try again"]
    tell()

    with pytest.raises(SMTPRecipientsRefused):
        deliver(the_message().pk)
    refused = (the_message().attempts, the_message().done_at, len(mail_server.received))
    set_clock(NIGHT + timedelta(minutes=1))
    due = send_what_is_due()
    again = [deliver(the_message().pk), deliver(the_message().pk)]

    assert refused == (1, None, 0)
    assert (due, again, len(mail_server.received)) == (1, [True, False], 1)


def test_an_address_that_no_server_takes_is_left_and_named_in_the_log(mail_server: MailServer, caplog):
    mail_server.answers = ["550 nobody of this name"]
    tell()

    deliver(the_message().pk)

    assert the_message().done_at == NIGHT
    assert "quentin.ash@national.example" in caplog.text


def test_what_waits_while_the_mail_server_is_away_follows_once_it_is_back(mail_server: MailServer, set_clock):
    mail_server.goes_away()
    tell()
    for minutes in (0, 1, 3):
        set_clock(NIGHT + timedelta(minutes=minutes))
        with pytest.raises(OSError):
            deliver(the_message().pk)
    waits = (the_message().attempts, the_message().done_at, len(mail_server.received))

    mail_server.comes_back()
    set_clock(NIGHT + timedelta(minutes=6))
    due = send_what_is_due()
    again = [deliver(the_message().pk), deliver(the_message().pk)]

    assert waits == (3, None, 0)
    assert (due, again, len(mail_server.received)) == (1, [True, False], 1)
    assert send_what_is_due() == 0


def test_a_sealed_email_is_read_by_its_reader_alone_and_forgotten_once_sent(mail_server: MailServer):
    hand_over_sealed("Reset your password", f"Here: {LINK}", to="quentin.ash@national.example")
    waiting = str(the_message().keys)
    mail_server.goes_away()
    with pytest.raises(OSError):
        deliver(the_message().pk)
    mail_server.comes_back()

    sent = [deliver(the_message().pk), deliver(the_message().pk)]

    (arrived,) = mail_server.received
    assert LINK in arrived.get_content()
    assert LINK not in waiting + the_message().error
    assert sent == [True, False]
    assert the_message().keys.keys() == {"event", "to", "subject"}


def test_a_sealed_email_outlives_a_new_key_if_the_old_one_is_known(mail_server: MailServer, settings, caplog):
    for key, fallbacks in (("a new key", [settings.SECRET_KEY]), ("a newer key", [])):
        hand_over_sealed("Reset your password", f"Here: {LINK}", to="quentin.ash@national.example")
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, fallbacks
        deliver(OutboxMessage.objects.latest("pk").pk)

    assert [LINK in arrived.get_content() for arrived in mail_server.received] == [True]
    assert "cannot be read, and is not sent" in caplog.text
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_an_email_that_is_sent_twice_has_one_id(mail_server: MailServer):
    tell()
    deliver(the_message().pk)
    OutboxMessage.objects.update(done_at=None)  # its worker died between the mail server's answer and its own commit

    deliver(the_message().pk)

    assert len(mail_server.received) == 2
    assert len({arrived["Message-ID"] for arrived in mail_server.received}) == 1
