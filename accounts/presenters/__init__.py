"""One frozen dataclass for each page."""
