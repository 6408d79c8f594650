"""What is text to the database: no NUL, and no half of a character; and how long each kind of text may be.

A length is a rule of pages, of the API and of the database alike: what one of them takes the others take.
"""

from __future__ import annotations

import re

REASON_LENGTH = 500
"""Why something is done, refused, taken back or ended."""
NOTE_LENGTH = 500
"""A note beside one row, such as on what is declared or approved."""
SUBMISSION_NOTES_LENGTH = 1_000
"""The notes on the figures of a submission."""
REQUEST_LENGTH = 2_000
"""A request to somebody outside, such as ODS, and what they answered."""

NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def is_text(text: str) -> bool:
    """Whether a text can be kept, and be sent again."""
    return not NO_TEXT.search(text)


def as_text(text: str) -> str:
    """The text, with a mark in place of each character that is none."""
    return NO_TEXT.sub("\ufffd", text)
