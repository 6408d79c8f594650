"""What the style page shows of long work and what came of it, of what waits, and of days through time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ui.components import Bar, Bars, Cell, Grid, Need, Progress, Stretch, Task, TimeLine, Timeline

COMMISSIONERS = 42


def progress() -> Progress:
    sentence = f"17 of {COMMISSIONERS} commissioners done."
    return Progress(label="Overnight run", done=17, total=COMMISSIONERS, sentence=sentence, refresh_href="#")


def grid() -> Grid:
    """One commissioner in twenty fails, and is tried again."""
    cells = [_cell(n) for n in range(1, COMMISSIONERS + 1)]
    return Grid(label="Shards", sentence=f"19 of {COMMISSIONERS} done, 1 failed.", cells=cells)


def _cell(n: int) -> Cell:
    if n > 22:
        return Cell(f"Commissioner {n}", "to come")
    return Cell(f"Commissioner {n}", "failed" if n == 20 else "again" if n > 20 else "done")


def bars() -> Bars:
    reasons = (Bar("awaiting approval", 166), Bar("no line: no list size", 157), Bar("held", 2))
    return Bars(caption="Networks that wait", what="Reason", unit="Networks", bars=reasons)


def tasks() -> list[Task]:
    return [
        Task("Referrals", "Completed", "#", "2 of 2 submitted"),
        Task("Management information", "In progress", "#"),
        Task("Declaration", "Not started"),
    ]


def timeline() -> Timeline:
    over = Stretch(date(2019, 10, 1), date(2020, 4, 1), "01/10/2019 - 01/04/2020")
    again = Stretch(date(2021, 9, 16), None, "16/09/2021 -")
    return Timeline(
        caption="Members through time",
        sentence="When each practice was a member. The table says the same.",
        start=date(2019, 7, 1),
        end=date(2022, 4, 1),
        today=date(2021, 12, 11),
        lines=[TimeLine("Forties Surgery", [over, again]), TimeLine("Lundy Practice", [over])],
    )


def needs() -> list[Need]:
    return [
        Need("4 achievements await your approval", "#", Decimal("2595.78")),
        Need("Biscay Partnership PCN waits since 30 September", "#", Decimal("8252.01"), "held"),
        Need("2 offers to answer by 20 December", "#"),
    ]
