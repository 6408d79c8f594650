"""What changes organisations and the dated facts between them."""

from organisations.commands.list_sizes import set_list_sizes
from organisations.commands.memberships import Spell, correct_membership, correct_memberships, end_membership
from organisations.commands.nominations import nominate_payee, set_lead, set_parent
from organisations.commands.ods import LoadReport, OdsFiles, load_ods
from organisations.commands.results import Corrected

__all__ = [
    "Corrected",
    "LoadReport",
    "OdsFiles",
    "Spell",
    "correct_membership",
    "correct_memberships",
    "end_membership",
    "load_ods",
    "nominate_payee",
    "set_lead",
    "set_list_sizes",
    "set_parent",
]
