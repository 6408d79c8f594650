"""Lists that people paste and files that they upload: read into values with their places. Pure."""

from participation.formats.codes import Given, pasted_codes, uploaded_codes
from participation.formats.csv_files import CsvRow, Problem, Unreadable, csv_rows

__all__ = ["CsvRow", "Given", "Problem", "Unreadable", "csv_rows", "pasted_codes", "uploaded_codes"]
