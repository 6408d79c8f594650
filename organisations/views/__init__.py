"""The pages of organisations and of reference data."""

from organisations.views.contacts import change_contact, contacts, remove_contact
from organisations.views.list_sizes import list_sizes, list_sizes_file, upload_lists
from organisations.views.lists import correct_list_size
from organisations.views.loads import ods_load, ods_load_rows, ods_loads
from organisations.views.networks import network, practice
from organisations.views.payee_proposals import (
    confirm_payee,
    decline_payee,
    payee_proposal,
    propose_payee,
    withdraw_payee,
)
from organisations.views.payees import note_payee_change, payees, payees_of_network
from organisations.views.requests import close_request, note_answer, ods_requests
from organisations.views.uploads import (
    check_again,
    confirm_upload,
    drop_upload,
    ods_upload,
    ods_upload_rows,
    upload_ods,
)

__all__ = [
    "change_contact",
    "check_again",
    "close_request",
    "confirm_payee",
    "confirm_upload",
    "contacts",
    "correct_list_size",
    "decline_payee",
    "drop_upload",
    "list_sizes",
    "list_sizes_file",
    "network",
    "note_answer",
    "note_payee_change",
    "ods_load",
    "ods_load_rows",
    "ods_loads",
    "ods_requests",
    "ods_upload",
    "ods_upload_rows",
    "payee_proposal",
    "payees",
    "payees_of_network",
    "practice",
    "propose_payee",
    "remove_contact",
    "upload_lists",
    "upload_ods",
    "withdraw_payee",
]
