"""The pages of organisations and of reference data."""

from organisations.views.loads import ods_load, ods_load_rows, ods_loads
from organisations.views.networks import network
from organisations.views.payee_proposals import (
    confirm_payee,
    decline_payee,
    payee_proposal,
    propose_payee,
    withdraw_payee,
)
from organisations.views.payees import note_payee_change, payees, payees_of_network
from organisations.views.uploads import (
    check_again,
    confirm_upload,
    drop_upload,
    ods_upload,
    ods_upload_rows,
    upload_ods,
)

__all__ = [
    "check_again",
    "confirm_payee",
    "confirm_upload",
    "decline_payee",
    "drop_upload",
    "network",
    "note_payee_change",
    "ods_load",
    "ods_load_rows",
    "ods_loads",
    "ods_upload",
    "ods_upload_rows",
    "payee_proposal",
    "payees",
    "payees_of_network",
    "propose_payee",
    "upload_ods",
    "withdraw_payee",
]
