"""Payees are proposed by one person of the lead commissioning organisation and settled by another."""

from organisations.commands.payees.fitting import Nomination
from organisations.commands.payees.proposals import (
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

__all__ = [
    "Nomination",
    "Proposed",
    "Settled",
    "confirm_payee",
    "decline_payee",
    "note_payee_change",
    "preview_confirmation",
    "preview_payee",
    "propose_payee",
    "withdraw_payee",
]
