"""Joiners and movers: the list of what is proposed, and one confirmed step for a network or a practice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from accounts.rules import Acting
from accounts.states import Role
from core.errors import Conflict, Invalid, NotPermitted
from core.previews import Difference, LookAgain, look_ahead, save_as_seen, token_of
from core.texts import is_text
from core.transitions import Seen
from organisations.queries import name_of_network, practice_named, visible_network
from participation import commands
from participation.commands import JoinerOffer
from participation.forms import ConfirmForm, JoinersForm, ProposalForm, hidden_of
from participation.presenters import joiners as shown
from participation.presenters.end_requests import links_to
from participation.queries import joiners as queries
from participation.queries import offerable
from participation.queries.end_requests import open_requests_about
from participation.queries.joiners import HangingOffer, Joining
from participation.queries.misfits import networks_concerning
from participation.rules import looks_after_networks, may_offer
from ui.answers import render
from ui.components import Confirm
from ui.frame import Link
from ui.previews import WouldChange
from ui.sheets import as_download
from ui.tables import Address, Order, Pager, Table

if TYPE_CHECKING:
    from organisations.models import Organisation

PURPOSE = "participation.joiners"
ORDERS = {
    "pcn": lambda each: each.key,
    "code": lambda each: (each.practice.code, *each.key),
    "name": lambda each: (each.practice.name, *each.key),
    "joined": lambda each: (each.key[-1], *each.key),
}
MAY_NOT = (
    "You can look, and not offer: that needs the role Commissioning Management in the lead commissioning organisation."
)


@require_GET
def joiners(request: HttpRequest) -> HttpResponse:
    """What is proposed, network by network; kept in the address, and as a file."""
    by, address = _commissioner(request), Address.of(request)
    every = queries.joinings(networks_concerning(by))
    form = _filters(request, every)
    order = Order.parse(address.get("sort"), tuple(ORDERS), "pcn")
    found = sorted(_matching(every, form), key=ORDERS[order.key], reverse=order.descending)
    if address.get("as") in ("csv", "xlsx"):
        form.require()
        return as_download(shown.sheet_of(found), "joiners-and-movers", address.get("as"))
    pager = Pager.sized(address)
    rows, cursor = queries.page_of(found, after=address.get("after"), size=pager.size)
    network = next((each.network for each in every if each.network.code == form.asked("network")), None)
    page = shown.JoinersPage(
        title="Joiners and movers",
        breadcrumb=shown.breadcrumb()[:1],
        filters=form,
        table=_table(rows, found, every, order, address),
        pager=pager.followed_by(cursor),
        network_link=_whole_network(network) if network else None,
    )
    return render(request, "participation/joiners.jinja", {"page": page})


def _table(
    rows: Sequence[Joining], found: Sequence[Joining], every: Sequence[Joining], order: Order, address: Address
) -> Table:
    nothing = "Every practice that joined a PCN which you lead has been offered what it holds."
    files = [Link(kind.upper(), str(address.with_(**{"as": kind}))) for kind in ("csv", "xlsx")]
    return Table(
        caption="Practices that joined or moved",
        columns=shown.COLUMNS,
        rows=[shown.row_of(each) for each in rows],
        empty="No practice matches these filters." if every else nothing,
        noun=shown.PRACTICES,
        count=len(found),
        order=order,
        address=address,
        exports=files if found else (),
    )


def _whole_network(network: Organisation) -> Link:
    return Link(f"Put right all of {network.name}", reverse("participation:joiners_of", args=[network.code]))


def _filters(request: HttpRequest, every: Sequence[Joining]) -> JoinersForm:
    networks = {each.network.code: each.network.name for each in every}
    services = {code: service.name for each in every for code, service in each.services.items()}
    asked = request.GET.get("network", "")
    if asked and is_text(asked) and asked not in networks:
        networks[asked] = name_of_network(request.actor, asked) or asked  # type: ignore[attr-defined]
    by_name = sorted(networks.items(), key=lambda each: each[1])
    return JoinersForm(request.GET, networks=by_name, services=sorted(services.items()))


def _matching(every: Sequence[Joining], form: JoinersForm) -> list[Joining]:
    network, service, text = (form.asked(name) for name in ("network", "service", "text"))
    return [
        each
        for each in every
        if network in ("", each.network.code)
        and (not service or service in each.services)
        and (text.upper() in each.practice.code or text.lower() in each.practice.name.lower())
    ]


@require_http_methods(["GET", "POST"])
def joiner(request: HttpRequest, network: str, practice: str = "") -> HttpResponse:
    """What is proposed for a network, or one practice in it: what it would change, and one confirmation."""
    by = _commissioner(request)
    proposal = _Proposal(request, by, network, practice)
    if request.method == "POST" and request.POST.get("step") == "save":
        return _save(request, by, proposal)
    return _look(request, by, proposal)


class _Proposal:
    """What is to be put right here, and which of it is this organisation's to do."""

    def __init__(self, request: HttpRequest, by: Acting, network: str, practice: str) -> None:
        self.network = visible_network(by, network)
        found = queries.joinings([self.network.pk])
        self.joinings = [each for each in found if practice.upper() in ("", each.practice.code)]
        self.practice = practice.upper()
        led = {each.pk for each in offerable.networks_led_by(by)}
        self.own = [each for each in self.joinings if each.network.pk in led] if may_offer(by) else []
        hanging = [offer for each in self.joinings for offer in each.hanging]
        self.leaving: list[HangingOffer] = [
            each for each in hanging if may_offer(by) and each.commissioner.pk == by.organisation_id
        ]
        self.only = request.GET.get("service", "") or request.POST.get("service", "")
        self.back = _back(request, self.network)

    @property
    def asked(self) -> tuple[Organisation, str, Organisation | None]:
        """The network and the practice, by its Org ID and, where there is one, itself."""
        return self.network, self.practice, practice_named(self.practice) if self.practice else None

    @property
    def href(self) -> str:
        codes = [self.network.code, *([self.practice] if self.practice else [])]
        return reverse(f"participation:{'joiner' if self.practice else 'joiners_of'}", args=codes)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        return (("back", self.back), ("service", self.only))


def _save(request: HttpRequest, by: Acting, proposal: _Proposal) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise Invalid("What was confirmed could not be read. Nothing was saved: look at what would change again.")
    offers, leaves = form.cleaned_data["offer"], form.cleaned_data["leave"]
    try:
        settled = save_as_seen(
            lambda: commands.settle_joiners(offers, leaves, by=by),
            shown.all_said, form.cleaned_data["as_seen"], PURPOSE, by,
        )  # fmt: skip
    except LookAgain as again:
        return _page(request, by, proposal, ProposalForm(None, proposal.own, proposal.leaving, only=proposal.only),
                     _change(by, proposal, offers, leaves, again.difference))  # fmt: skip
    except Conflict as late:
        return _as_it_is_now(request, by, proposal, late.sentences)
    messages.success(request, shown.done_sentence(settled))
    return redirect(proposal.back)


def _as_it_is_now(request: HttpRequest, by: Acting, proposal: _Proposal, meanwhile: Sequence[str]) -> HttpResponse:
    """Something of it was done meanwhile: that is said beside what is left to do."""
    form = ProposalForm(None, proposal.own, proposal.leaving, only=proposal.only)
    if not (proposal.own or proposal.leaving):
        return _page(request, by, proposal, form, None, meanwhile, status=409)
    moved = Difference((), (), tuple(meanwhile))
    try:
        change = _change(by, proposal, form.offers(), form.leaves(), moved)
    except Conflict as refused:
        return _page(request, by, proposal, form, None, refused.sentences, status=409)
    return _page(request, by, proposal, form, change, status=409)


def _look(request: HttpRequest, by: Acting, proposal: _Proposal) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ProposalForm(data, proposal.own, proposal.leaving, only=proposal.only)
    if (data is not None and not form.is_valid()) or not (proposal.own or proposal.leaving):
        return _page(request, by, proposal, form, None)
    try:
        change = _change(by, proposal, form.offers(), form.leaves())
    except (Invalid, Conflict) as refused:
        return _page(request, by, proposal, form, None, refused.sentences)
    return _page(request, by, proposal, form, change)


def _change(
    by: Acting, proposal: _Proposal, offers: Sequence[JoinerOffer], leaves: Sequence[Seen],
    moved: Difference | None = None,
) -> WouldChange:  # fmt: skip
    ahead = look_ahead(lambda: commands.settle_joiners(offers, leaves, by=by))
    token = token_of(ahead.seen(shown.all_said), PURPOSE, by)
    confirm = Confirm(
        href=proposal.href,
        button=shown.button_of(len(offers), len(leaves)),
        cancel_href=proposal.back,
        hidden=(("step", "save"), ("as_seen", token), *proposal.hidden, *hidden_of(offers, leaves)),
    )
    lead = shown.lead_of(len(offers), len(leaves))
    effects = ahead.answer.effects
    return WouldChange.of(lead, shown.said_of(ahead.answer, done=False), effects, ahead.expected, confirm, moved)


def _page(
    request: HttpRequest, by: Acting, proposal: _Proposal, form: ProposalForm, change: WouldChange | None,
    refused: Sequence[str] = (), status: int = 0,
) -> HttpResponse:  # fmt: skip
    title, subject = shown.titles(proposal.network, proposal.joinings, proposal.practice)
    page = shown.ProposalPage(
        title=title,
        subject=subject,
        caption=proposal.network.name,
        in_error=bool(form.errors or (refused and request.method == "POST")),
        refused=refused,
        breadcrumb=shown.breadcrumb(),
        back=Link("Back to the list", proposal.back),
        sentences=[queries.sentence_of(each) for each in proposal.joinings],
        nothing="" if proposal.joinings else shown.nothing_of(*proposal.asked),
        asked=links_to(open_requests_about([each.row.participation_id for each in proposal.leaving], by)),
        offered=shown.offered_table(proposal.joinings),
        hanging=shown.hanging_table(proposal.joinings, proposal.leaving),
        change=change,
        form=form if form.fields else None,
        form_open=bool(form.errors or refused),
        form_href=proposal.href,
        hidden=proposal.hidden,
        may_not="" if may_offer(by) else MAY_NOT,
    )
    return render(request, "participation/joiner.jinja", {"page": page}, status=status)


def _commissioner(request: HttpRequest) -> Acting:
    """Whoever acts for a commissioning organisation."""
    by: Acting = request.actor  # type: ignore[attr-defined]
    if not looks_after_networks(by):
        who = f"Whoever holds {Role.COMMISSIONING_MANAGEMENT.label} in the lead commissioning organisation of the PCN."
        raise NotPermitted("Joiners and movers are put right by the commissioning organisation.", who_can=[who])
    return by


def _back(request: HttpRequest, network: Organisation) -> str:
    """Where to go afterwards: an address of this portal, or the list of the network."""
    wanted = request.POST.get("back", "") or request.GET.get("back", "")
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else f"{queries.joiners_href()}?network={network.code}"
