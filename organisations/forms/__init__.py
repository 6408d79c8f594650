"""What people send about organisations: days, filters, payees, reference files."""

from organisations.forms.contacts import ContactForm
from organisations.forms.days import DayForm, RecordedOnForm
from organisations.forms.list_sizes import ListsFilter, ListUploadForm, kind_asked
from organisations.forms.lists import ListSizeForm
from organisations.forms.payees import DeclineForm, PayeeForm, PayeesFilter, SettleForm
from organisations.forms.reference_files import GivenFile, ReferenceFile, RowsForm, UploadForm
from organisations.forms.requests import AnswerForm, AskForm, CloseForm

__all__ = [
    "AnswerForm",
    "AskForm",
    "CloseForm",
    "ContactForm",
    "DayForm",
    "DeclineForm",
    "GivenFile",
    "ListSizeForm",
    "ListUploadForm",
    "ListsFilter",
    "PayeeForm",
    "PayeesFilter",
    "RecordedOnForm",
    "ReferenceFile",
    "RowsForm",
    "SettleForm",
    "UploadForm",
    "kind_asked",
]
