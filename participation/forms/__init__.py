"""What people send."""

from participation.forms.offered import ChosenForm, EndDateForm, OfferedForm
from participation.forms.offers import CreateOffersForm

__all__ = ["ChosenForm", "CreateOffersForm", "EndDateForm", "OfferedForm"]
