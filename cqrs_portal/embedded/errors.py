"""The one exception that the launcher shows as a sentence instead of a traceback."""

from __future__ import annotations


class CannotStart(Exception):
    """Something outside the program is in the way; the message is one sentence for the person at the terminal."""
