"""What the style page shows of a change before it is saved."""

from __future__ import annotations

from decimal import Decimal

from core.changes import Effect
from core.previews import Difference
from ui.components import Confirm
from ui.previews import WouldChange

EFFECTS = (
    Effect(
        "lines new",
        "30 November 2021: 3 lines are calculated, £2,250.78, and await approval.",
        3,
        Decimal("2250.78"),
        href="#",
    ),
    Effect("lines gone", "31 October 2021: 1 approved line is withdrawn, £735.36.", 1, href="#", undoes_approval=True),
)
EXPECTED = (
    Effect("expected", "Clinical Director payment, December 2021 to March 2022: £9,003.12 expected."),
    Effect(
        "financially approved",
        "Malin Practice in Shannon PCN, November 2021, is financially approved and stays as it is: "
        "to be adjusted by £445.30.",
        href="#",
    ),
)


def confirm() -> Confirm:
    return Confirm(
        href="#",
        button="Create Offers",
        cancel_href="#",
        warning="The offer ends before the service does, on 31 March 2022.",
        effects=("Membership takes the offers up, and they are approved at once.",),
    )


def change() -> WouldChange:
    seen = "30 November 2021: 2 lines are calculated, £1,515.42, and await approval."
    return WouldChange.of(
        "If the end date of 3 practices becomes 31 March 2022:",
        ("3 practices would have the end date 31 March 2022.",),
        EFFECTS,
        EXPECTED,
        Confirm(href="#", button="Save End Date", cancel_href="#"),
        Difference((seen,), (EFFECTS[0].sentence,)),
    )
