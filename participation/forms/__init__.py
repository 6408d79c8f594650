"""What people send."""

from participation.forms.ends import CancelForm, EndDateForm, ReasonForm
from participation.forms.offered import ChosenForm, OfferedForm, RecordedOnForm, ServicesForm
from participation.forms.offers import CreateOffersForm

__all__ = [
    "CancelForm",
    "ChosenForm",
    "CreateOffersForm",
    "EndDateForm",
    "OfferedForm",
    "ReasonForm",
    "RecordedOnForm",
    "ServicesForm",
]
