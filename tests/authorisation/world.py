"""What the actions of the table are done to: Portland Surgery, and everybody round it, each thing by a name.

`$line.pk`, `$practice.code`, `$line.seen` (`id:version`, as a list sends it) in the table are these. A page that needs
something new adds it here, under a name of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.states import Role
from achievement import commands
from achievement.models import Achievement, AdjustmentDue, NilSettlement, OvernightRun, RunState
from achievement.queries.declarations import ToDeclare
from achievement.queries.nil import NilLine
from catalogue.commands import load_definition
from catalogue.models import ServiceVersion
from core import clock
from core.actors import SYSTEM
from core.transitions import Seen
from operations.commands import deliver
from operations.models import OutboxMessage
from organisations.commands import (
    Decision,
    Details,
    Given,
    Nomination,
    add_contact,
    ask_ods,
    propose_payee,
    upload_files,
)
from organisations.models import (
    ClosureProposal,
    Kind,
    ListSize,
    Membership,
    OdsRequest,
    OdsUpload,
    Organisation,
    Payee,
    PayeeProposal,
)
from organisations.states import Purpose
from participation.commands import begin_offers, propose_closures
from participation.models import Participation
from participation.states import State
from submission.changes import Key
from submission.commands import Figures, save_work_in_progress, submit_achievement_data
from submission.models import Submission
from tests.authorisation.table import RELATIONS
from tests.factories.accounts import acting_as
from tests.factories.achievement import World, seen, utsire
from tests.factories.catalogue import definition_content
from tests.factories.organisations import (
    CommissionerFactory,
    ListSizeFactory,
    MembershipFactory,
    NationalOperatorFactory,
    NetworkFactory,
    OdsLoadFactory,
    OrganisationFactory,
    ParentFactory,
    PracticeFactory,
)
from tests.factories.participation import EndRequestFactory, ParticipationFactory, ServiceRequestFactory
from tests.factories.submission import (
    BY_HAND,
    REFERRALS,
    AllocationFactory,
    a_field,
    an_indicator,
    weight_management,
    with_indicators,
)
from tests.organisations.conftest import OdsRelease

TODAY = date(2021, 12, 11)
MAY, JUNE, JULY, AUGUST = date(2021, 5, 31), date(2021, 6, 30), date(2021, 7, 31), date(2021, 8, 31)
SEPTEMBER, OCTOBER, NOVEMBER = date(2021, 9, 30), date(2021, 10, 31), date(2021, 11, 30)


def build() -> dict[str, Any]:
    """Everything, by name. The clock stands on TODAY."""
    world = utsire()
    things: dict[str, Any] = _places(world)
    things |= _of_the_network(world)
    things |= _given_by_the_network(world)
    things |= _of_the_practice(things)
    things |= _declared_by_itself(things)
    things |= _of_the_lead(things)
    things |= _of_the_operator(things)
    things |= _closed(things)
    return things


def organisation_of(relation: str, things: Mapping[str, Any]) -> Organisation:
    found: Organisation = things["practice" if relation == "own" else relation.replace("-", "_")]
    return found


def _places(world: World) -> dict[str, Any]:
    practice, fellow = world.practices[:2]
    parent = CommissionerFactory.create(name="NHS Viking CCG")
    for each in world.practices:
        ParentFactory.create(organisation=each, parent=parent)
    other_network = NetworkFactory.create(led_by=CommissionerFactory.create(name="NHS Trafalgar CCG"))
    places = {
        "practice": practice,
        "fellow": fellow,
        "network": world.network,
        "parent": parent,
        "lead": world.commissioner,
        "other_network": other_network,
        "other_practice": PracticeFactory.create(member_of=other_network),
        "other_commissioner": CommissionerFactory.create(),
        "region": OrganisationFactory.create(kind=Kind.REGION),
        "national": NationalOperatorFactory.create(),
    }
    assert {organisation_of(relation, places) for relation in RELATIONS[:-1]} == set(places.values())
    return places


def _of_the_network(world: World) -> dict[str, Any]:
    """A line or a total of the Clinical Director payment in each status, one month for each."""
    world.completed(MAY)
    world.calculate(JUNE, JULY, SEPTEMBER, OCTOBER)
    approved, held = _line(world, JUNE), _line(world, JULY)
    commands.approve_achievements(seen(approved), by=world.approver)
    commands.reject_achievements(seen(held), by=world.approver, note="The list is disputed.")
    participation = Participation.objects.get(service=world.service, provider=world.practices[0])
    proposed, settled = _nil(world, JULY), _nil(world, SEPTEMBER)
    commands.confirm_nil(Seen(settled.pk, settled.version), by=world.acting(Role.APPROVAL_MANAGEMENT))
    settled.refresh_from_db()
    joiner = PracticeFactory.create(name="Dogger Surgery")
    MembershipFactory.create(practice=joiner, network=world.network, start_date=date(2021, 12, 1))
    return {
        "joiner": joiner,
        "network_service": world.service,
        "line": _line(world, OCTOBER),
        "approved_line": _line(world, JUNE),
        "held_line": _line(world, JULY),
        "total": world.aggregated(AUGUST),
        "adjustment_due": _to_be_adjusted(world),
        "nil_proposed": proposed,
        "nil_settled": settled,
        "participation": participation,
        "end_request": EndRequestFactory.create(
            service=world.service,
            commissioner=world.commissioner,
            end_date=date(2021, 12, 31),
            asked_by=acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner).user,
            rows=[Participation.objects.get(service=world.service, provider=world.practices[2])],
        ),
        "offer_draft": begin_offers(
            world.service.pk, by=acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=world.commissioner)
        ),
    }


def _nil(world: World, day: date) -> NilSettlement:
    """Portland Surgery's line of a month, proposed to be settled as nil by somebody of the lead."""
    line = NilLine(world.service, world.network, day, world.practices[0])
    made = commands.propose_nil(line, "The practice disputes its list.", by=world.acting(Role.APPROVAL_MANAGEMENT))
    return NilSettlement.objects.get(pk=made.settlement_id)


def _to_be_adjusted(world: World) -> AdjustmentDue:
    """Portland Surgery's line of May has finance approval, and another amount would be due by now."""
    return AdjustmentDue.objects.create(
        achievement_date=MAY, service=world.service, network=world.network, provider=world.practices[0],
        commissioner=world.commissioner, approved=Decimal("735.36"), due=Decimal("793.21"), since=clock.now(),
        why="The list of Portland Surgery was corrected.",
    )  # fmt: skip


def _line(world: World, day: date) -> Achievement:
    return Achievement.objects.get(service=world.service, provider=world.practices[0], achievement_date=day)


def _given_by_the_network(world: World) -> dict[str, Any]:
    """A service of which the network itself gives figures, offered to a practice of it by the lead."""
    visits = an_indicator("PCN1", a_field("VISITS", name="Visits"), level="network")
    service = weight_management(code="PCN-VISITS", name="Visits by the PCN", **with_indicators(visits))
    ParticipationFactory.create(
        service=service, provider=world.practices[1], network=world.network, commissioner=world.commissioner
    )
    return {"pcn_service": service}


def _of_the_practice(things: dict[str, Any]) -> dict[str, Any]:
    """Weight Management offered by the parent: an achievement in each status, figures begun, and a month untouched."""
    service, practice, parent = weight_management(), things["practice"], things["parent"]
    held = ParticipationFactory.create(
        service=service, provider=practice, network=None, commissioner=parent, start_date=date(2021, 7, 1)
    )
    allocation = AllocationFactory.create(service=service, provider=practice)
    manager = acting_as(Role.ACHIEVEMENT_ENTRY, Role.DECLARATION_MANAGEMENT, organisation=practice)
    clerk = acting_as(Role.ACHIEVEMENT_ENTRY, organisation=parent)
    approver = acting_as(Role.APPROVAL_MANAGEMENT, organisation=parent)
    figures = Figures({REFERRALS: 37}, BY_HAND)
    for day in (JULY, AUGUST, SEPTEMBER):
        submit_achievement_data(Key(service.pk, day, practice.pk), figures, by=clerk)
    save_work_in_progress(Key(service.pk, NOVEMBER, practice.pk), figures, by=manager)
    earned = {day: Achievement.objects.get(service=service, achievement_date=day) for day in (JULY, AUGUST, SEPTEMBER)}
    chosen = [ToDeclare(row, 1) for row in seen(earned[AUGUST], earned[SEPTEMBER])]
    commands.declare_achievements(chosen, by=manager)
    earned[SEPTEMBER].refresh_from_db()
    commands.approve_achievements(seen(earned[SEPTEMBER]), by=approver)
    for row in earned.values():
        row.refresh_from_db()
    offers = {
        name: ParticipationFactory.create(
            service=service, provider=practice, network=None, commissioner=parent, state=state
        )
        for name, state in (("offer", State.OFFERED), ("accepted", State.ACCEPTED))
    }
    return offers | {
        "service": service,
        "held": held,
        "allocation": allocation,
        "service_request": ServiceRequestFactory.create(service=service, provider=practice, commissioner=parent),
        "earned": earned[JULY],
        "declared": earned[AUGUST],
        "approved": earned[SEPTEMBER],
        "submitted": Submission.objects.get(service=service, achievement_date=JULY),
        "begun": Submission.objects.get(service=service, achievement_date=NOVEMBER),
    }


def _declared_by_itself(things: dict[str, Any]) -> dict[str, Any]:
    """A practice-paid service without a declaration, offered by the parent: one month awaits approval, one is held."""
    service = weight_management(code="WM-BY-ITSELF", no_declaration_required=True)
    practice, parent = things["practice"], things["parent"]
    ParticipationFactory.create(
        service=service, provider=practice, network=None, commissioner=parent, start_date=date(2021, 7, 1)
    )
    AllocationFactory.create(service=service, provider=practice)
    clerk = acting_as(Role.ACHIEVEMENT_ENTRY, organisation=parent)
    for day in (AUGUST, SEPTEMBER):
        submit_achievement_data(Key(service.pk, day, practice.pk), Figures({REFERRALS: 1}, BY_HAND), by=clerk)
    waits, held = Achievement.objects.filter(service=service).order_by("achievement_date")
    approver = acting_as(Role.APPROVAL_MANAGEMENT, organisation=parent)
    commands.reject_achievements(seen(held), by=approver, note="The figures are disputed.")
    held.refresh_from_db()
    return {"by_itself": waits, "held_by_itself": held}


def _of_the_lead(things: dict[str, Any]) -> dict[str, Any]:
    """A payee proposed for the network by somebody of its lead; a contact of the practice, and a colleague there with a
    second factor."""
    proposer = acting_as(Role.ORGANISATION_ADMINISTRATOR, organisation=things["lead"])
    nomination = Nomination(things["network"], things["practice"].code, date(2022, 1, 1), None)
    proposed = propose_payee(nomination, "The practices agreed.", by=proposer)
    colleague = acting_as(Role.VIEW, organisation=things["practice"]).user
    TOTP.activate(colleague, generate_totp_secret())
    contact = add_contact(things["practice"], Details("Tamsin Dale", "Manager", phone="0207946"), by=SYSTEM)
    asker = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=things["lead"])
    asked = ask_ods(things["network"].code, "Please end the membership.", by=asker)
    return {
        "proposal": PayeeProposal.objects.get(pk=proposed.proposal_id),
        "colleague": colleague,
        "contact": contact,
        "membership": Membership.objects.known().get(practice=things["practice"]),
        "nomination": Payee.objects.known().get(network=things["network"]),
        "list_size": ListSize.objects.known().get(organisation=things["practice"]),
        "ods_request": OdsRequest.objects.get(pk=asked),
    }


def _closed(things: dict[str, Any]) -> dict[str, Any]:
    """Two former members of the network, under the parent, that closed before the service began; of one, somebody of
    the lead has proposed what follows."""
    last_day = date(2020, 3, 31)
    closed = [PracticeFactory.create(name=name, close_date=last_day) for name in ("Cromarty Surgery", "Tyne Surgery")]
    for each in closed:
        ParentFactory.create(organisation=each, parent=things["parent"], end_date=last_day)
        MembershipFactory.create(practice=each, network=things["network"], end_date=last_day)
        ListSizeFactory.create(organisation=each, start_date=date(2020, 1, 1))
    asker = acting_as(Role.COMMISSIONING_MANAGEMENT, organisation=things["lead"])
    decision = Decision((closed[1].code,), things["practice"].code, None, True, False, "They merged.")
    proposed = propose_closures(decision, by=asker)
    return {"closed": closed[0], "closure_proposal": ClosureProposal.objects.get(pk=proposed.proposal_id)}


def _of_the_operator(things: dict[str, Any]) -> dict[str, Any]:
    """Overnight runs, reference files, and drafts of a definition: one to release, one to confirm."""
    failed = OvernightRun.objects.create(
        business_date=TODAY, state=RunState.FAILED, started_at=datetime(2021, 12, 11, 1, tzinfo=UTC)
    )
    releaser = acting_as(Role.SERVICE_RELEASE, organisation=things["national"])
    text = yaml.safe_dump(definition_content(name="Another name"), sort_keys=False)
    draft = load_definition(text, by=releaser)
    librarian = acting_as(Role.REFERENCE_DATA, organisation=things["national"])
    with TemporaryDirectory() as folder:
        upload = upload_files(_given(Path(folder)), by=librarian)
    for message in OutboxMessage.objects.filter(done_at=None, task__startswith="organisations."):
        deliver(message.pk)
    return {
        "run": failed,
        "draft": ServiceVersion.objects.get(pk=draft.version_id),
        "load": OdsLoadFactory.create(),
        "upload": OdsUpload.objects.get(pk=upload.pk),
        "reference_file": ("lists.csv", b"ORG_ID,LIST,AS_AT,SIZE\nV00001,CRP,2021-01-01,12\n"),
    }


def _given(folder: Path) -> list[Given]:
    release = OdsRelease(
        folder,
        practices={"A81001": "01A"},
        networks={"U00001": "01A"},
        memberships=[("A81001", "U00001", "20190701", "")],
    )
    paths = {Purpose.PRACTICES: release.practice_file(), Purpose.NETWORKS: release.network_file()}
    return [Given(each, path.name, path.stat().st_size, [path.read_bytes()]) for each, path in paths.items()]
