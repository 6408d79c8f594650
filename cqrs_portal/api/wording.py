"""What is wrong with a field of a request, in the portal's words: the framework's own name neither field nor rule."""

from __future__ import annotations

import re

DATES = "must be a date that there is, as 2021-11-30"
SAID = [
    (r"This field is required\.|This field may not be (?:blank|null)\.|No file was submitted\.", "must be given"),
    (r"This (?:list|selection|dictionary) may not be empty\.", "must have at least one"),
    (r"Ensure this field has at least (\d+) elements\.", r"must have at least \1"),
    (r"Ensure this (?:field|value) has (?:no more than|at most) (\d+) elements\.", r"must have \1 or fewer"),
    (r"Ensure this (?:field|value) has at least (\d+) characters.*", r"must be \1 characters or more"),
    (
        r"Ensure this (?:field|value) has (?:no more than|at most) (\d+) characters.*",
        r"must be \1 characters or fewer",
    ),
    (r"Ensure this value is less than or equal to (.+)\.", r"must be \1 or less"),
    (r"Ensure this value is greater than or equal to (.+)\.", r"must be \1 or more"),
    (r"Ensure that there are no more than (\d+) decimal places\.", r"must have \1 decimal places or fewer"),
    (r"Ensure that there are no more than (\d+) digits in total\.", r"must have \1 digits or fewer"),
    (r"Ensure that there are no more than (\d+) digits before the decimal point\.",
     r"must have \1 digits or fewer before the decimal point"),
    (r"A valid (?:big)?integer is required\.", "must be a whole number"),
    (r"A valid number is required\.|Enter a number\.", "must be a number"),
    (r"String value too large\.", "must be a number of fewer digits"),
    (r"Must be a valid boolean\.", "must be true or false"),
    (r"Not a valid string\.", "must be text"),
    (r"Null characters are not allowed\.|Surrogate characters are not allowed: .*", "must be text, without NUL"),
    (r"Date has wrong format\..*|Expected a date but got a datetime\.|Enter a valid date\.", DATES),
    (r'"(.*)" is not a valid choice\.', r'must be one of those that there are: "\1" is none'),
    (r"Select a valid choice\. (.*) is not one of the available choices\.",
     r'must be one of those that there are: "\1" is none'),
    (r'Expected a list of items but got type ".*"\.', "must be a list"),
    (r'Expected a dictionary of items but got type ".*"\.|Invalid data\. Expected a dictionary, but got .*\.',
     "must be an object, with names"),
]  # fmt: skip
"""The framework's sentence -> what the field, which is named before it, must be."""


def in_our_words(said: str, field: str) -> str:
    """A refusal of a field by the framework, named and worded as the portal's are; any other as it is."""
    for theirs, ours in SAID:
        if found := re.fullmatch(theirs, said, re.DOTALL):
            return f"{field or 'What is sent'} {found.expand(ours)}."
    return said


REQUESTS = [
    (
        r"CSRF Failed: .*",
        "The CSRF token, which shows that this comes from the portal, is missing or wrong. Nothing was saved.",
    ),
    (r'Unsupported media type "(.*)" in request\.',
     r'"\1" is not read here: send application/json, or multipart/form-data where a file is asked for.'),
    (r"Invalid token header\. .*", "The header Authorization must be Bearer, one space, and the token."),
]  # fmt: skip
"""The framework's sentence about a request as a whole -> the portal's."""


def request_in_our_words(said: str) -> str:
    """A refusal of a whole request by the framework, worded as the portal's are; any other as it is."""
    for theirs, ours in REQUESTS:
        if found := re.fullmatch(theirs, said, re.DOTALL):
            return found.expand(ours)
    return said
