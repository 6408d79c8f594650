from __future__ import annotations

import pytest

from ui.kept_posts import KeptPost


@pytest.mark.parametrize(
    ("fields", "does", "typed"),
    [
        (
            [("action", "reject"), ("seen", "4:2"), ("seen", "5:1"), ("back", "/x/"), ("reason", "Counted twice.")],
            "Reject, 2 rows chosen",
            [("Reason", "Counted twice.")],
        ),
        ([("action", "finance_approve"), ("seen", "4:2")], "Finance approve, 1 row chosen", []),
        ([("note", "Two clinics.")], "", [("Note", "Two clinics.")]),
        ([("action", ""), ("value_0_referrals", "37")], "", [("Referrals", "37")]),
    ],
)
def test_what_was_kept_says_what_sending_it_does_and_what_was_typed(fields, does, typed):
    kept = KeptPost(1, "/achievement/declarations/act/", "", tuple(fields))

    assert (kept.does, kept.typed) == (does, typed)
