from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.states import Role
from achievement import commands
from achievement.states import State
from tests.achievement.payments import said, signed_in
from tests.factories.achievement import OCTOBER, World, seen, utsire
from tests.factories.organisations import CommissionerFactory

LIST = "/achievement/declarations/"


def post(client: Client, action: str, rows, *, totals: str = "", **more):
    data = {"action": action, "seen": [f"{row.pk}:{row.version}" for row in rows], "totals": totals, **more}
    return client.post(reverse("achievement:act"), data, follow=True)


def test_an_approver_sees_what_awaits_approval_with_its_count_and_sum(world: World):
    world.calculate()

    page = said(signed_in(world.approver).get(LIST))

    assert "3 achievements, £2,250.78" in page
    assert "£735.36" in page
    assert "01/10/2021 - 31/10/2021" in page


def test_nothing_to_approve_is_said_in_a_sentence(world: World):
    page = said(signed_in(world.approver).get(LIST))

    assert "Nothing is Awaiting Commissioning Organisation Approval." in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("text=Portland", 1),
        ("period=2021-10-31", 3),
        ("sort=-amount", 3),
        ("sort=name&view=25", 3),
        ("sort=code", 3),
        ("after=nonsense", 3),
        ("status=9", 0),
        ("text=nobody", 0),
    ],
)
def test_the_list_is_narrowed_and_ordered_by_its_address(world: World, query, count):
    world.calculate()

    page = said(signed_in(world.approver).get(f"{LIST}?{query}"))

    assert (f"{count} achievement" in page) is bool(count)


def test_pages_follow_each_other_without_losing_or_repeating_a_row(world: World):
    for _ in range(10):
        commands.calculate_achievements(
            by=world.approver,
            networks=[utsire(commissioner=world.commissioner, service=world.service).network.pk],
            dates=[OCTOBER],
        )
    client, found, address = signed_in(world.approver), [], f"{LIST}?view=25&sort=-amount"

    while address:
        html = client.get(address).content.decode()
        found += re.findall(r'name="seen" value="(\d+):', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = following.group(1).replace("&amp;", "&") if following else ""

    assert len(found) == len(set(found)) == 30


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, django_assert_max_num_queries):
    for _ in range(4):
        commands.calculate_achievements(
            by=world.approver, networks=[utsire(commissioner=world.commissioner, service=world.service).network.pk]
        )
    client = signed_in(world.approver)

    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_approving_says_how_many_and_how_much_and_names_the_network_that_is_complete(world: World):
    world.calculate()
    client = signed_in(world.approver)

    page = said(post(client, "approve", world.lines(), back=LIST))

    assert "3 achievements approved, £2,250.78." in page
    assert f"{world.network.name} is complete and is being aggregated." in page


def test_what_was_approved_can_be_undone_from_the_page_after_it(world: World):
    world.calculate()
    client = signed_in(world.approver)
    approved = post(client, "approve", world.lines()[:2], back=LIST).content.decode()
    form = approved[approved.index('class="app-undo"') : approved.index("Undo the approval of 2 achievements")]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))

    again = client.get(LIST).content.decode()
    asked = client.post(reverse("achievement:act"), sent)
    done = said(
        client.post(reverse("achievement:act"), sent | {"reason": "Too early.", "note": "Too early."}, follow=True)
    )

    assert "app-undo" not in again
    assert asked.status_code == 200
    assert "Reason" in said(asked)
    assert "2 achievements sent back to await approval" in done
    assert {line.state for line in world.lines()} == {State.AWAITING_COMMISSIONER}


def test_nothing_is_offered_to_be_undone_where_nothing_was_approved(world: World):
    world.calculate()
    rows = world.lines()
    for row in rows:
        row.version += 5

    page = post(signed_in(world.approver), "approve", rows, back=LIST).content.decode()

    assert "app-undo" not in page


def test_approving_in_part_names_what_changed_and_why(world: World):
    world.calculate()
    rows = world.lines()
    rows[2].version += 5

    page = said(post(signed_in(world.approver), "approve", rows, back=LIST))

    assert "2 achievements approved, £1,732.34." in page
    assert "Wight Health Centre: It has changed since you saw it." in page


def all_matching(client) -> str:
    return re.search(r'name="all_matching" value="([^"]+)"', client.get(LIST).content.decode()).group(1)


def post_all(client, token: str):
    data = {"action": "approve", "all_matching": token, "back": LIST}
    return client.post(reverse("achievement:act"), data, follow=True)


def test_select_all_matching_approves_what_matched_then_and_names_what_changed_since(world: World):
    world.calculate()
    client = signed_in(world.approver)
    token = all_matching(client)
    commands.reject_achievements(
        seen(world.lines()[0]), by=world.acting(Role.APPROVAL_MANAGEMENT), note="The list is disputed."
    )

    page = said(post_all(client, token))

    assert "2 achievements approved" in page
    assert "Portland Surgery: It is Held." in page


def test_select_all_matching_leaves_what_changed_and_came_back_to_the_same_status(world: World):
    world.calculate()
    client = signed_in(world.approver)
    token = all_matching(client)
    commands.reject_achievements(
        seen(world.lines()[0]), by=world.acting(Role.APPROVAL_MANAGEMENT), note="The list is disputed."
    )
    commands.lift_hold(seen(world.lines()[0]), by=world.acting(Role.APPROVAL_MANAGEMENT), note="It was right.")

    page = said(post_all(client, token))

    assert "2 achievements approved" in page
    assert "Portland Surgery: It has changed since you saw it." in page


def test_nothing_selected_is_said_and_changes_nothing(world: World):
    world.calculate()

    page = said(post(signed_in(world.approver), "approve", [], back=LIST))

    assert "Select at least one row first. Nothing was changed." in page


def test_rejecting_asks_why_first(world: World):
    world.calculate()
    client = signed_in(world.approver)

    asked = post(client, "reject", world.lines()[:1], back=LIST)
    empty = post(client, "reject", world.lines()[:1], back=LIST, reason=" ")
    done = post(client, "reject", world.lines()[:1], back=LIST, reason="The list is disputed.")

    assert "Reject 1 achievement" in said(asked)
    assert "Enter reason." in said(empty)
    assert "1 achievement rejected" in said(done)
    assert world.lines()[0].state == State.HELD


def test_a_view_role_sees_no_pounds_and_no_buttons(world: World):
    world.calculate()
    viewer = world.acting(Role.VIEW)

    client = signed_in(viewer)
    pages = [client.get(LIST), client.get(reverse("achievement:achievement", args=[world.lines()[0].pk]))]
    pages.append(client.get(network_address(world)))

    for page in pages:
        assert page.status_code == 200
        assert "£" not in said(page)
    assert 'value="approve"' not in pages[0].content.decode()


def test_finance_sees_totals_first_and_approves_them(world: World):
    total = world.aggregated()
    client = signed_in(world.finance)

    listed = said(client.get(LIST))
    done = said(post(client, "finance_approve", [total], totals="1", back=LIST))

    assert "1 achievement, £2,250.78" in listed
    assert "1 achievement financially approved, £2,250.78." in done


def network_address(world: World) -> str:
    return reverse("achievement:network", args=[world.network.code, world.service.code, "2021-10-31"])


def test_a_networks_page_says_what_it_waits_for_and_then_its_total_and_payee(world: World):
    world.calculate()
    client = signed_in(world.approver)

    waiting = said(client.get(network_address(world)))
    world.approve_all()
    world.aggregate()
    complete = said(client.get(network_address(world)))

    assert "October 2021 waits: 0 of 3 practices are approved." in waiting
    assert "It awaits approval." in waiting
    assert "£2,250.78 for Viking Medical Practice, nominated payee on 31 October 2021" in complete


def test_an_achievement_explains_itself_and_says_who_can_do_what(world: World):
    world.calculate()
    line = world.lines()[0]
    finance_name = world.finance.name

    page = said(signed_in(world.acting(Role.FINANCE_VIEW)).get(reverse("achievement:achievement", args=[line.pk])))

    assert "12,055 patients on the registered list at 1 January 2021" in page
    assert "£735.36" in page
    assert "rounded up at half a penny" in page
    assert "You need the role Approval Management" in page
    assert finance_name not in page


def test_the_explanation_is_json_too(world: World):
    world.calculate()

    answer = signed_in(world.approver).get(reverse("achievement:explanation_json", args=[world.lines()[0].pk]))

    assert json.loads(answer.content)["explanation"]["unrounded"] == "735.355"
    assert Decimal(json.loads(answer.content)["explanation"]["amount"]) == Decimal("735.36")


def test_another_commissioner_finds_nothing(world: World):
    world.calculate()
    stranger = world.acting(Role.APPROVAL_MANAGEMENT, CommissionerFactory.create())
    client = signed_in(stranger)

    answers = [
        client.get(reverse("achievement:achievement", args=[world.lines()[0].pk])),
        client.get(network_address(world)),
    ]
    approved = said(post(client, "approve", world.lines(), back=LIST))

    assert {answer.status_code for answer in answers} == {404}
    assert "Nothing was approved." in approved
    assert {line.state for line in world.lines()} == {State.AWAITING_COMMISSIONER}


def test_a_stranger_learns_no_name_from_acting_on_ids(world: World):
    world.calculate()
    stranger = world.acting(Role.APPROVAL_MANAGEMENT, CommissionerFactory.create())

    page = said(post(signed_in(stranger), "approve", world.lines(), back=LIST))

    assert "Portland Surgery" not in page


def test_network_declaration_management_shows_how_far_every_network_is(world: World):
    world.calculate()
    commands.approve_achievements(seen(*world.lines()[:2]), by=world.approver)

    page = said(signed_in(world.approver).get("/achievement/networks/?date=2021-10-31"))

    assert "2 of 3" in page
    assert "Awaiting Network Achievement" in page
    assert "£1,732.34" in page


def test_overnight_runs_are_for_operations(world: World):
    refused = signed_in(world.approver).get("/achievement/overnight/")

    assert refused.status_code == 403
    assert "Operations" in said(refused)


def test_an_address_elsewhere_is_not_followed_after_an_act(world: World):
    world.calculate()
    data = {"action": "approve", "seen": [f"{world.lines()[0].pk}:1"], "back": "https://elsewhere.example/"}

    answer = signed_in(world.approver).post(reverse("achievement:act"), data)

    assert answer["Location"] == LIST


def test_the_same_form_sent_twice_is_answered_twice_and_done_once(world: World):
    world.calculate()
    client, rows = signed_in(world.approver), world.lines()

    first = said(post(client, "approve", rows, back=LIST, key="a1b2"))
    again = said(post(client, "approve", rows, back=LIST, key="a1b2"))

    assert "3 achievements approved, £2,250.78." in first
    assert "3 achievements approved, £2,250.78." in again
    assert [line.version for line in world.lines()] == [2, 2, 2]


def test_another_choice_from_the_same_page_is_another_request(world: World):
    world.calculate()
    client, rows = signed_in(world.approver), world.lines()

    post(client, "approve", rows[:1], back=LIST, key="a1b2")
    page = said(post(client, "approve", rows[1:], back=LIST, key="a1b2"))

    assert "2 achievements approved, £1,515.42." in page


def test_a_practice_sees_its_own_results_in_every_status_and_nobody_elses(world: World):
    world.completed(OCTOBER)
    manager = world.acting(Role.FINANCE_VIEW, world.practices[0])

    page = said(signed_in(manager).get("/achievement/results/"))

    assert "1 achievement, £735.36" in page
    assert "Aggregated Complete" in page
    assert "Viking Medical Practice" not in page


def test_asking_to_reject_what_one_may_not_see_tells_no_pounds(world: World):
    world.calculate()
    stranger = world.acting(Role.FINANCE_VIEW, world.practices[1])
    viewer = world.acting(Role.VIEW)

    unseen = said(post(signed_in(stranger), "reject", world.lines()[:1], back=LIST))
    without_pounds = said(post(signed_in(viewer), "reject", world.lines()[:1], back=LIST))

    assert "£735.36" not in unseen
    assert "0 achievements, £0.00." in unseen
    assert "£" not in without_pounds


def test_a_selection_is_nobody_elses_to_send(world: World):
    world.calculate()
    html = signed_in(world.approver).get(LIST).content.decode()
    token = re.search(r'name="all_matching" value="([^"]+)"', html).group(1)
    other = signed_in(world.acting(Role.APPROVAL_MANAGEMENT))

    answer = other.post(reverse("achievement:act"), {"action": "approve", "all_matching": token, "back": LIST})

    assert answer.status_code == 409
    assert {line.state for line in world.lines()} == {State.AWAITING_COMMISSIONER}


def test_a_member_sees_how_far_its_network_is_and_nobodys_pounds(world: World):
    world.calculate()
    commands.approve_achievements(seen(world.lines()[0]), by=world.approver)
    member = world.acting(Role.FINANCE_VIEW, world.practices[1])

    page = said(signed_in(member).get("/achievement/networks/?date=2021-10-31"))

    assert "1 of 3" in page
    assert "£" not in page


def test_without_pounds_nothing_is_in_the_order_of_pounds(world: World):
    world.calculate()
    client = signed_in(world.acting(Role.VIEW))

    by_amount = client.get(f"{LIST}?sort=-amount").content.decode()

    assert by_amount.index("Portland Surgery") < by_amount.index("Viking Medical Practice")
