"""What the style page shows of an amount: how it was worked out, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from ui.components import Event, Explanation, Term
from ui.frame import Link


def explanation() -> Explanation:
    terms = (
        Term("", "12,055", "patients on the registered list at 1 January 2021"),
        Term("×", "£0.061", "a patient a month"),
        Term("=", "£735.355"),
        Term("=", "£735.36", "rounded up at half a penny"),
    )
    part_of = (
        "Part of Utsire Partnership PCN’s £2,250.78, paid to Viking Medical Practice, "
        "nominated payee on 31 October 2021."
    )
    return Explanation(
        amount=Decimal("735.36"),
        subject="Clinical Director payment, October 2021, Portland Surgery",
        source="Service version 3, released 1 April 2021",
        sums=(terms,),
        sentences=(part_of,),
        links=(Link("Download as JSON", "#"), Link("Compare with September: no change", "#")),
    )


def events() -> list[Event]:
    return [
        Event(datetime(2021, 12, 9, 14, 2, tzinfo=UTC), "Ada Marsh", "approved it", "Checked against the list size."),
        Event(datetime(2021, 11, 1, 1, 4, tzinfo=UTC), "CQRS Portal", "calculated it: £735.36", href="#"),
    ]
