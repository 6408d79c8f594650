"""What the style page shows of long work: how far it is, and what came of it in counts."""

from __future__ import annotations

from ui.components import Bar, Bars, Cell, Grid, Progress, Task

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
