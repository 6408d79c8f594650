"""What people send."""

from participation.forms.closures import ClosureForm, ClosuresForm
from participation.forms.ends import CancelForm, EndDateForm, ReasonForm
from participation.forms.joiners import ConfirmForm, JoinersForm, ProposalForm, hidden_of
from participation.forms.offered import ChosenForm, OfferedForm, RecordedOnForm, ServicesForm
from participation.forms.offers import (
    ChosenProvidersForm,
    CodesForm,
    DatesForm,
    MakeOffersForm,
    OfferableForm,
    ServiceFilterForm,
    ServiceForm,
    WrongCodesForm,
)
from participation.forms.starts import StartDateForm

__all__ = [
    "CancelForm",
    "ChosenForm",
    "ChosenProvidersForm",
    "ClosureForm",
    "ClosuresForm",
    "CodesForm",
    "ConfirmForm",
    "DatesForm",
    "EndDateForm",
    "JoinersForm",
    "MakeOffersForm",
    "OfferableForm",
    "OfferedForm",
    "ProposalForm",
    "ReasonForm",
    "RecordedOnForm",
    "ServiceFilterForm",
    "ServiceForm",
    "ServicesForm",
    "StartDateForm",
    "WrongCodesForm",
    "hidden_of",
]
