"""What is text to the database: no NUL, and no half of a character."""

from __future__ import annotations

import re

NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def is_text(text: str) -> bool:
    """Whether a text can be kept, and be sent again."""
    return not NO_TEXT.search(text)


def as_text(text: str) -> str:
    """The text, with a mark in place of each character that is none."""
    return NO_TEXT.sub("\ufffd", text)
