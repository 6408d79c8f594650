"""Why a network waits for a practice that closed: the forms that put it right, and none that would refuse."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from participation.models import Term
from tests.achievement.payments import said, signed_in
from tests.factories.achievement import NOVEMBER, OCTOBER
from tests.participation.closing import closing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    """Portland Surgery closed on 31 October and is a member still; its offer ended in August."""
    made = closing(ods_knows=False)
    Term.objects.filter(participation__provider=made.portland).update(valid=(date(2021, 4, 1), date(2021, 9, 1)))
    return made


def page_of(made, by):
    return signed_in(by).get(reverse("achievement:waiting_network", args=[made.world.network.code]))


def links(answer):
    return [html.unescape(href) for href in re.findall(r'href="([^"]+)"', answer.content.decode())]


def test_the_end_of_its_offer_is_filled_in_with_its_last_day_and_not_the_services(made):
    made.world.calculate(OCTOBER, NOVEMBER)

    page = page_of(made, made.one)

    assert "Save End Date: 31 October 2021" in said(page)
    assert "Save End Date: 31 March 2022" not in said(page)
    assert any("end_date=2021-10-31" in href for href in links(page))


def test_after_its_last_day_the_closure_alone_is_named_with_its_step_and_the_nil_form_that_comes_back(made):
    for day in ("2021-09-30", "2021-10-31"):
        Term.objects.filter(participation__provider=made.portland).update(valid=(date(2021, 4, 1), date(2021, 11, 1)))
        made.world.aggregated(date.fromisoformat(day))

    page = page_of(made, made.world.approver)

    here = reverse("achievement:waiting_network", args=[made.world.network.code]).replace("/", "%2F")
    assert "closed on 31 October 2021, and is still waited for" in said(page)
    assert reverse("participation:closure", args=[made.portland.code]) in links(page_of(made, made.one))
    assert any("2021-11-30" in href and f"back={here}" in href for href in links(page))
    november = said(page).split("and is still waited for")[1]
    assert "Save End Date" not in november
    assert not any("end_date=" in href for href in links(page_of(made, made.one)))
