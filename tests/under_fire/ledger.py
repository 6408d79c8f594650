"""What people were told: written down as it happens, and read back, each act once with its last answer."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

LOST = "unknown"


class Ledger:
    """What was intended and what was answered, one line of JSON each, in the order they happened here."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number
        self.stop = path.with_suffix(".stop")
        self._alone, self._acts = threading.Lock(), 0

    def __enter__(self) -> Ledger:
        self._file = self.path.open("a")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def name(self) -> str:
        """The name of a new act; its number is this act's alone."""
        with self._alone:
            self._acts += 1
            return f"act {self.number}-{self._acts}"

    def write(self, **line: Any) -> None:
        with self._alone:
            self._file.write(json.dumps(line, default=str) + "\n")
            self._file.flush()


class Said(NamedTuple):
    """One act: its name, its kind, the answer, and what the answer named."""

    act: str
    kind: str
    answer: str
    told: dict[str, Any]


def read(paths: Iterable[Path]) -> list[Said]:
    """Every act in the order of its answer; one that was only intended, as its person was ended, is unknown."""
    acts: dict[str, Said] = {}
    for path in paths:
        for line in path.read_text().splitlines():
            told = json.loads(line)
            act, kind, answer = (told.pop(key) for key in ("act", "kind", "answer"))
            acts.pop(act, None)
            acts[act] = Said(act, kind, LOST if answer == "intended" else answer, told)
    return list(acts.values())


def table(acts: Iterable[Said]) -> str:
    """Acts by kind and answer."""
    counts = Counter((said.kind, said.answer) for said in acts)
    answers = ("acknowledged", "refused", LOST, "failed")
    lines = [f"{'act':16}" + "".join(f"{answer:>14}" for answer in answers)]
    for kind in sorted({kind for kind, _ in counts}):
        lines.append(f"{kind:16}" + "".join(f"{counts[kind, answer]:14}" for answer in answers))
    return "\n".join(lines)
