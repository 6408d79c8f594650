"""One frozen dataclass for each report's page, and each report as a sheet for its files."""
