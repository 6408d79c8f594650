"""The reference of an achievement or of a network's total: how it is written, and read again however it was said."""

from __future__ import annotations

import re

PAYMENT, TOTAL = "A", "N"
"""What a reference begins with: an achievement's, a network total's."""

SHORTEST = 7
_SAID = re.compile(rf"([{PAYMENT}{TOTAL}])([0-9]{{{SHORTEST},15}})([0-9]{{2}})")
MODULUS = 97


def reference_of(kind: str, id: int) -> str:
    """`A-0000102-83`: the letter, the number of the row, and two digits that tell a slip of the tongue.

    The check is that of ISO 7064, MOD 97-10: it finds every wrong digit, and every two that changed places.
    """
    return f"{kind}-{id:0{SHORTEST}}-{_check(id):02}"


def id_referred_to(kind: str, said: str) -> int | None:
    """The row that a reference of this kind names; None for what is none. Spaces, hyphens and case do not matter."""
    found = _SAID.fullmatch(re.sub(r"[\s-]", "", said).upper())
    if found is None or found[1] != kind:
        return None
    id = int(found[2])
    return id if _check(id) == int(found[3]) else None


def _check(id: int) -> int:
    return MODULUS + 1 - id * 100 % MODULUS
