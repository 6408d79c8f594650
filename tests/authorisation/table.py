"""tests/authorisation.csv: who may do what, as a person wrote it."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accounts.states import Role

FILE = Path(__file__).resolve().parent.parent / "authorisation.csv"
COLUMNS = ["action", "sends", "from", "roles", "answer", "sentence"]

RELATIONS = (
    "own", "fellow", "network", "parent", "lead",
    "other-practice", "other-network", "other-commissioner", "region", "national", "nowhere",
)  # fmt: skip
"""How the organisation somebody acts for stands to the practice the rows are about (tests/authorisation/world.py)."""

EVERYWHERE, ANYONE, EVERY_ROLE = "everywhere", "anyone", "every role"
ABOUT_ONESELF = tuple(f"{method} {page}" for method in ("GET", "POST") for page in (
    "account_", "mfa_", "usersessions_", "socialaccount_", "openid_", "/account/", "health", "broker_health", "ui:",
    "home:help", "api:schema", "api:no_such_address", "accounts:go_on", "accounts:set_up_", "accounts:change_",
))  # fmt: skip
"""Only these may be answered `anyone`: they ask neither whom somebody acts for nor in which role."""

SEEN, HIDDEN, ALLOWED, REFUSED, NOT_FOUND, SIGN_IN = "seen", "hidden", "allowed", "refused", "404", "sign in"
ANSWERS = (SEEN, HIDDEN, ALLOWED, REFUSED, NOT_FOUND, SIGN_IN)


@dataclass(frozen=True)
class Who:
    """Somebody who holds these roles in an organisation of a relation; none of them `nowhere`."""

    relation: str
    roles: frozenset[Role]

    def __str__(self) -> str:
        named = sorted(role.label for role in self.roles)
        held = ", ".join(named) if len(named) < 4 else f"{len(named)} roles at once"
        return f"{held or 'without a role'}, {self.relation}"


def with_role(relation: str, role: Role) -> Who:
    return Who(relation, frozenset({role}))


NOBODY = Who("nowhere", frozenset())
ANYBODY = [with_role("own", Role.VIEW), Who("lead", frozenset(Role)), NOBODY]
EVERYBODY = [*(with_role(relation, role) for relation in RELATIONS[:-1] for role in Role), NOBODY]


@dataclass(frozen=True)
class Line:
    """One line: what those of these relations who hold one of these roles are answered."""

    number: int
    relations: frozenset[str]
    roles: frozenset[Role] | None
    answer: str
    sentence: str

    @property
    def lets_in(self) -> bool:
        return self.answer in (SEEN, ALLOWED)

    def is_about(self, who: Who) -> bool:
        return who.relation in self.relations and (self.roles is None or bool(who.roles & self.roles))


@dataclass
class Block:
    """An action, what is sent with it, and its lines: somebody is answered by the first that names them."""

    number: int
    action: str
    sends: dict[str, str]
    lines: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.action} line {self.number}"

    @property
    def method(self) -> str:
        return self.action.split()[0]

    @property
    def target(self) -> str:
        return self.action.split()[1]

    @property
    def is_api(self) -> bool:
        return self.target.startswith("/api/v1/")

    @property
    def everybody(self) -> list[Who]:
        """Whom the lines have to speak of: a token of the API is of somebody who holds a role."""
        return EVERYBODY[:-1] if self.is_api else EVERYBODY

    def lets_in_only(self, roles: Collection[Role]) -> bool:
        """Whether something is done, and by nobody but those who hold one of these roles."""
        allowed = [line for line in self.lines if line.answer == ALLOWED]
        return bool(allowed) and all(line.roles and line.roles <= set(roles) for line in allowed)

    def line_for(self, who: Who) -> Line | None:
        return next((line for line in self.lines if line.is_about(who)), None)

    def asked(self, *, each: bool) -> list[tuple[Who, Line | None]]:
        """Who asks, and the line that says what they are answered.

        With `each`, everybody alone. Otherwise fewer, who prove as much as long as roles only ever add to what
        somebody may do: whoever holds all the roles that a line turns away is turned away, on each side; and of those
        that a line lets in, each role and each side asks once.
        """
        if ANYONE in self.lines[0].relations:
            return [(who, self.lines[0]) for who in (*ANYBODY, *(EVERYBODY if each else ()))]
        told = [(who, self.line_for(who)) for who in self.everybody]
        if each:
            return told
        found: list[tuple[Who, Line | None]] = [(who, None) for who, line in told if line is None]
        for line in self.lines:
            those = [who for who, its in told if its is line]
            found += [(who, line) for who in (_once_each(those) if line.lets_in else _at_once(those))]
        return found


def _once_each(those: Sequence[Who]) -> list[Who]:
    """Of people with one role each, as many as have every role and every relation among them."""
    roles, relations = list(Role), list(RELATIONS)

    def turn(who: Who) -> tuple[int, int]:
        role, relation = min((roles.index(each) for each in who.roles), default=0), relations.index(who.relation)
        return (role - relation) % len(relations), role

    found: list[Who] = []
    for who in sorted(those, key=turn):
        if not any(who.roles == each.roles for each in found) or not any(
            who.relation == each.relation for each in found
        ):
            found.append(who)
    return found


def _at_once(those: Sequence[Who]) -> list[Who]:
    """For each relation, one person with all the roles."""
    by_relation: dict[str, set[Role]] = {}
    for who in those:
        by_relation.setdefault(who.relation, set()).update(who.roles)
    return [Who(relation, frozenset(roles)) for relation, roles in by_relation.items()]


def blocks() -> list[Block]:
    """The file's blocks, in its order. Raises ValueError, naming the line, for what cannot be read."""
    found: list[Block] = []
    for number, row in _rows():
        if row["action"]:
            found.append(Block(number, row["action"], _pairs(row["sends"])))
        elif not found:
            raise ValueError(f"Line {number}: the first line has to name its action.")
        elif row["sends"]:
            raise ValueError(f"Line {number}: what is sent stands on the line that names the action.")
        found[-1].lines.append(_line(number, row))
    return found


def _rows() -> Iterator[tuple[int, dict[str, str]]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise ValueError(f"The columns are {', '.join(COLUMNS)}.")
        for row in reader:
            if not row["action"].startswith("#"):
                yield reader.line_num, {name: (text or "").strip() for name, text in row.items()}


def _line(number: int, row: dict[str, str]) -> Line:
    relations = frozenset(row["from"].split())
    unknown = relations - {*RELATIONS, EVERYWHERE, ANYONE}
    if unknown or not relations:
        raise ValueError(f"Line {number}: {sorted(unknown)} are no relations. There are {', '.join(RELATIONS)}.")
    if row["answer"] not in ANSWERS:
        raise ValueError(f"Line {number}: {row['answer']} is no answer. There are {', '.join(ANSWERS)}.")
    if row["answer"] in (HIDDEN, REFUSED) and not row["sentence"]:
        raise ValueError(f"Line {number}: {row['answer']} needs its sentence.")
    everywhere = frozenset(RELATIONS) if EVERYWHERE in relations else frozenset()
    return Line(number, relations | everywhere, _roles(number, row["roles"]), row["answer"], row["sentence"])


def _roles(number: int, text: str) -> frozenset[Role] | None:
    """None for every role."""
    if text == EVERY_ROLE:
        return None
    by_label: dict[str, Role] = {role.label: role for role in Role}
    named: Sequence[str] = [each.strip() for each in text.split(";")]
    unknown = [each for each in named if each not in by_label]
    if unknown:
        raise ValueError(f"Line {number}: {unknown} are no roles.")
    return frozenset(by_label[each] for each in named)


def _pairs(text: str) -> dict[str, str]:
    """`name=value`, one after the other; a value reaches to the next name."""
    return dict(re.findall(r"(\S+?)=(.*?)(?=\s+\S+=|$)", text))
