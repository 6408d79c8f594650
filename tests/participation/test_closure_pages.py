"""The guided step of a closure through pages: what is asked, what would change, and what two people do of it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from organisations.models import ClosureProposal, Succession
from organisations.states import ClosureState
from participation.commands import propose_closures, settle_closures
from tests.factories.organisations import ListSizeFactory, PracticeFactory
from tests.participation.closing import believed, close, closing
from tests.participation.pages import hidden, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("training_day")]


@pytest.fixture
def made():
    return closing(ods_knows=False)


def href(made):
    return reverse("participation:closure", args=[made.portland.code])


def asked(made, **changes):
    said = {
        "follows": "successor", "successor": made.viking.code, "takes_list": "on", "reason": "They merged.",
        "step": "check",
    }  # fmt: skip
    return said | changes


def test_the_list_says_what_is_to_be_settled_and_leads_to_it(client, made):
    page = sign_in(client, made.one).get(reverse("participation:closures"))

    assert "Portland Surgery" in text(page)
    assert "Not decided" in text(page)
    assert "12,055, nobody's" in text(page)
    assert href(made) in page.content.decode()


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("status=to+settle", True),
        ("status=settled", False),
        ("status=dropped", True),
        ("text=port", True),
        ("text=dogger", False),
    ],
)
def test_the_filters_are_kept_in_the_address(client, made, query, there):
    page = sign_in(client, made.one).get(f"{reverse('participation:closures')}?{query}")

    assert ("Portland Surgery" in text(page)) is there


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_a_file_as_it_is_filtered(client, made, kind):
    answer = sign_in(client, made.one).get(f"{reverse('participation:closures')}?as={kind}")

    assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
    assert kind != "csv" or made.portland.code in b"".join(answer).decode()


def test_pages_of_the_list_follow_one_another(client, made):
    for _ in range(25):
        practice = PracticeFactory.create(member_of=made.world.network)
        ListSizeFactory.create(organisation=practice)
        close(practice, date(2021, 9, 30))
    client, address = sign_in(client, made.one), reverse("participation:closures")

    first = client.get(f"{address}?view=25")
    after = re.search(r"after=(V\d+)", first.content.decode())

    assert after
    assert text(client.get(f"{address}?view=25&after={after[1]}")).count("Not decided") == 1


def test_the_step_shows_how_things_stand(client, made):
    page = sign_in(client, made.one).get(href(made))

    said = text(page)
    assert "31 October 2021" in said
    assert "12,055 patients as at 1 January 2021" in said
    assert "12,055 patients are on a list that nobody has taken over" in said
    assert f"ODS has it as a member of {made.world.network.name} still" in said
    assert "Ends on 31 October 2021" in said


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, made):
    page = sign_in(client, made.one).post(href(made), asked(made, successor="", reason="They merged, I think."))

    assert page.status_code == 422
    assert "Enter Org ID of the practice that follows" in text(page)
    assert "They merged, I think." in page.content.decode()


def test_what_the_command_refuses_is_said_on_its_field(client, made):
    page = sign_in(client, made.one).post(href(made), asked(made, successor="Z9"))

    assert page.status_code == 422
    assert "Successor Z9: no practice has this Org ID." in text(page)


def test_one_person_saves_that_nobody_follows(client, made):
    client = sign_in(client, made.one)
    said = asked(made, follows="nobody", successor="")
    preview = client.post(href(made), said)

    saved = client.post(href(made), said | {"step": "save", "token": hidden(preview, "token"), "replaces": ""},
                        follow=True)  # fmt: skip

    assert "Nobody follows Portland Surgery" in text(preview)
    assert "1 participation would end on the last day." in text(preview)
    assert "Saved. Nobody follows" in text(saved)
    assert "1 participation ended on the last day." in text(saved)
    assert Succession.objects.known().get().successor is None


def test_two_people_let_a_list_be_taken_over(client, made):
    client = sign_in(client, made.one)
    preview = client.post(href(made), asked(made))
    proposal = client.post(
        href(made), asked(made, step="ask", token=hidden(preview, "token"), replaces=""), follow=True
    )
    row = ClosureProposal.objects.get()
    client = sign_in(client, made.other)
    looked = client.get(reverse("participation:closure_proposal", args=[row.pk]))
    done = client.post(
        reverse("participation:confirm_closure", args=[row.pk]),
        {"token": hidden(looked, "token"), "version": "1"}, follow=True,
    )  # fmt: skip

    assert "another person with Commissioning Management must confirm it" in text(preview)
    assert "Asked for." in text(proposal)
    assert "You proposed it; another person confirms or declines it." in text(proposal)
    assert "Confirm or decline" in text(looked)
    assert "follows Portland Surgery" in text(done)
    assert Succession.objects.known().get().successor == made.viking


def test_while_it_awaits_somebody_the_step_leads_to_the_proposal(client, made):
    propose_closures(made.decision(), by=made.one)

    page = sign_in(client, made.other).get(href(made))

    assert "it awaits another person" in text(page)
    assert "See what would change" not in text(page)


def test_what_moved_since_is_shown_and_nothing_is_saved(client, made):
    client = sign_in(client, made.one)
    said = asked(made, follows="nobody", successor="")
    token = hidden(client.post(href(made), said), "token")
    close(made.portland, date(2021, 9, 30), ods_knows=False)
    made.world.calculate(date(2021, 10, 31))

    page = client.post(href(made), said | {"step": "save", "token": token, "replaces": ""})

    assert page.status_code == 409
    assert "What would change is no longer what you saw" in text(page)
    assert not Succession.objects.exists()


def test_who_decided_meanwhile_is_not_overruled(client, made):
    client = sign_in(client, made.one)
    said = asked(made, follows="nobody", successor="")
    token = hidden(client.post(href(made), said), "token")
    settle_closures(made.nobody(), by=made.other)

    page = client.post(href(made), said | {"step": "save", "token": token, "replaces": ""})

    assert page.status_code == 409
    assert "Somebody has decided meanwhile" in text(page)


def test_declined_with_a_reason_and_taken_back_without(client, made):
    one = propose_closures(made.decision(), by=made.one).proposal_id
    sign_in(client, made.other)
    without = client.post(reverse("participation:decline_closure", args=[one]), {"version": "1", "reason": ""})
    client.post(reverse("participation:decline_closure", args=[one]), {"version": "1", "reason": "Another one."})
    two = propose_closures(made.decision(), by=made.one).proposal_id
    sign_in(client, made.one)
    client.post(reverse("participation:take_back_closure", args=[two]), {"version": "1"})

    assert (without.status_code, "Enter reason." in text(without)) == (422, True)
    assert [row.state for row in ClosureProposal.objects.order_by("pk")] == [
        ClosureState.DECLINED,
        ClosureState.TAKEN_BACK,
    ]


def test_the_practice_page_leads_to_the_step_and_says_who_follows(client, made):
    client = sign_in(client, made.one)
    address = reverse("organisations:practice", args=[made.portland.code])
    before = client.get(address)
    settle_closures(made.decision(takes_list=False), by=made.one)
    after = client.get(address)
    follower = client.get(reverse("organisations:practice", args=[made.viking.code]))

    assert href(made) in before.content.decode()
    assert f"Followed by {made.viking} from 1 November 2021" in text(after)
    assert f"Follows {made.portland} from 1 November 2021" in text(follower)


def test_an_open_practice_has_no_such_page(client, made):
    page = sign_in(client, made.one).get(reverse("participation:closure", args=[made.wight.code]))

    assert page.status_code == 404


def test_a_correction_begins_with_what_was_decided(client, made):
    settle_closures(made.decision(takes_list=False), by=made.one)

    page = sign_in(client, made.one).get(href(made))

    assert f'value="{made.viking.code}"' in page.content.decode()
    assert believed(made.portland)
