"""Lists that people paste and files that they upload: read into values with their places. Pure."""

from participation.formats.allocations import AllocationRow, read_allocations
from participation.formats.codes import Given, pasted_codes, uploaded_codes
from participation.formats.csv_files import CsvRow, Problem, Unreadable, csv_rows

__all__ = [
    "AllocationRow",
    "CsvRow",
    "Given",
    "Problem",
    "Unreadable",
    "csv_rows",
    "pasted_codes",
    "read_allocations",
    "uploaded_codes",
]
