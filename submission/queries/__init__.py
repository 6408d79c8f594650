"""What is read of figures that providers give."""

from submission.queries.needs import needs_of
from submission.queries.sheets import Glimpse, Sheet, glimpse_of, sheet_of, sheet_of_key, submission_seen
from submission.queries.values import SubmittedValue, values_for, values_of

__all__ = [
    "Glimpse",
    "Sheet",
    "SubmittedValue",
    "glimpse_of",
    "needs_of",
    "sheet_of",
    "sheet_of_key",
    "submission_seen",
    "values_for",
    "values_of",
]
