from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from core.errors import Conflict, Invalid
from core.transitions import Seen
from participation.commands import Ending, JoinerOffer, ask_to_end, offer_to_networks, save_end_date, settle_joiners
from participation.models import EndRequest, Participation, Term
from tests.factories.organisations import MembershipFactory, PracticeFactory
from tests.participation.conftest import END, START

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("training_day")]


def at_once(*acts):
    """Run these in threads of their own, from one moment on; answer what each answered, or raised."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(at, act):
        try:
            barrier.wait()
            answers[at] = act()
        except Exception as error:
            answers[at] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_who_offer_the_same_at_once_make_one_offer(service, utsire, commissioning):
    def offer():
        return offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)

    answers = at_once(offer, offer)

    assert sum(isinstance(answer, Invalid) for answer in answers) == 1
    assert Participation.objects.count() == 3


def test_two_who_save_an_end_date_at_once_are_one_save_and_one_that_is_told(service, utsire, commissioning):
    made = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    seen = [Seen(row.pk, row.version) for row in Participation.objects.filter(pk__in=made.ids)]

    first, second = at_once(
        lambda: save_end_date(seen, date(2022, 1, 31), "One reason.", by=commissioning),
        lambda: save_end_date(seen, date(2022, 2, 28), "Another reason.", by=commissioning),
    )

    assert sorted([len(first.ids), len(second.ids)]) == [0, 3]
    assert sorted([len(first.refused), len(second.refused)]) == [0, 3]
    assert len(set(Term.objects.known().values_list("valid", flat=True))) == 1


def test_two_who_ask_a_second_person_about_the_same_at_once_ask_once(service, utsire, commissioning):
    made = offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    seen = [Seen(row.pk, row.version) for row in Participation.objects.filter(pk__in=made.ids)]

    answers = at_once(
        lambda: ask_to_end(seen, Ending(date(2022, 1, 31), "One reason."), by=commissioning),
        lambda: ask_to_end(seen, Ending(None, "Another reason."), by=commissioning),
    )

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert EndRequest.objects.count() == 1


def test_two_who_confirm_the_same_proposal_make_one_offer_and_one_is_told(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    joiner = PracticeFactory.create()
    MembershipFactory.create(practice=joiner, network=utsire.network, start_date=date(2021, 9, 16))
    proposed = JoinerOffer(utsire.network.pk, joiner.pk, service.pk, date(2021, 9, 16), END)

    answers = at_once(
        lambda: settle_joiners([proposed], by=commissioning), lambda: settle_joiners([proposed], by=commissioning)
    )

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert Participation.objects.filter(provider=joiner).count() == 1


def test_a_proposal_and_a_whole_offer_at_once_make_one_offer(service, utsire, commissioning):
    offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning)
    joiner = PracticeFactory.create()
    MembershipFactory.create(practice=joiner, network=utsire.network, start_date=date(2021, 9, 16))
    proposed = JoinerOffer(utsire.network.pk, joiner.pk, service.pk, date(2021, 9, 16), END)

    at_once(
        lambda: settle_joiners([proposed], by=commissioning),
        lambda: offer_to_networks(service.pk, [utsire.network.pk], START, END, by=commissioning, only_missing=True),
    )

    assert Participation.objects.filter(provider=joiner).count() == 1
