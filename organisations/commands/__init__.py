"""What changes organisations and the dated facts between them."""

from organisations.commands.closure_proposals import (
    decline_closure,
    mark_closure_confirmed,
    take_back_closure,
    write_closure_proposal,
)
from organisations.commands.contacts import Details, add_contact, change_contact, remove_contact
from organisations.commands.list_corrections import ListCorrected, correct_list_size
from organisations.commands.list_sizes import set_list_sizes
from organisations.commands.memberships import Spell, correct_membership, correct_memberships, end_membership
from organisations.commands.nominations import nominate_payee, set_lead, set_parent
from organisations.commands.ods import LoadReport, OdsFiles, load_ods
from organisations.commands.ods_requests import ask_ods, close_request, note_answer
from organisations.commands.payees import (
    Nomination,
    Proposed,
    Settled,
    confirm_payee,
    decline_payee,
    note_payee_change,
    preview_confirmation,
    preview_payee,
    propose_payee,
    withdraw_payee,
)
from organisations.commands.results import Corrected
from organisations.commands.successions import Decision, record_successions
from organisations.commands.uploads import (
    CHECK,
    LOAD,
    Days,
    Given,
    check_again,
    check_upload,
    confirm_upload,
    drop_old_uploads,
    drop_upload,
    load_upload,
    upload_files,
)

__all__ = [
    "CHECK",
    "LOAD",
    "Corrected",
    "Days",
    "Decision",
    "Details",
    "Given",
    "ListCorrected",
    "LoadReport",
    "Nomination",
    "OdsFiles",
    "Proposed",
    "Settled",
    "Spell",
    "add_contact",
    "ask_ods",
    "change_contact",
    "check_again",
    "check_upload",
    "close_request",
    "confirm_payee",
    "confirm_upload",
    "correct_list_size",
    "correct_membership",
    "correct_memberships",
    "decline_closure",
    "decline_payee",
    "drop_old_uploads",
    "drop_upload",
    "end_membership",
    "load_ods",
    "load_upload",
    "mark_closure_confirmed",
    "nominate_payee",
    "note_answer",
    "note_payee_change",
    "preview_confirmation",
    "preview_payee",
    "propose_payee",
    "record_successions",
    "remove_contact",
    "set_lead",
    "set_list_sizes",
    "set_parent",
    "take_back_closure",
    "upload_files",
    "withdraw_payee",
    "write_closure_proposal",
]
