"""What people send."""

from participation.forms.ends import CancelForm, EndDateForm, ReasonForm
from participation.forms.joiners import ConfirmForm, JoinersForm, ProposalForm, hidden_of
from participation.forms.offered import ChosenForm, OfferedForm, RecordedOnForm, ServicesForm
from participation.forms.offers import CreateOffersForm

__all__ = [
    "CancelForm",
    "ChosenForm",
    "ConfirmForm",
    "CreateOffersForm",
    "EndDateForm",
    "JoinersForm",
    "OfferedForm",
    "ProposalForm",
    "ReasonForm",
    "RecordedOnForm",
    "ServicesForm",
    "hidden_of",
]
