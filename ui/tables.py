"""What components/table.jinja, pager.jinja and selection_bar.jinja draw: columns, rows, order, pages, selections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

from ui.wording import count, money

Kind = Literal[
    "text", "code", "number", "money", "date", "moment", "month", "period", "status", "link", "lines", "custom"
]
Direction = Literal["ascending", "descending", ""]
NUMERIC = ("number", "money")


@dataclass(frozen=True)
class Address:
    """A page's own address, to make links that keep what is filtered, sorted and chosen.

    `Address.of(request)` takes the query of a GET; `with_(page=2)` sets, `with_(page=None)` drops.
    """

    path: str
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, request: Any) -> Address:
        query = request.GET
        return cls(request.path, tuple((key, value) for key in query for value in query.getlist(key) if value))

    def with_(self, **changes: object) -> Address:
        """The same address with some parameters set, or dropped when None; a cursor never survives a change."""
        kept = [(key, value) for key, value in self.pairs if key not in changes and key != CURSOR]
        new = [(key, str(value)) for key, value in changes.items() if value is not None]
        return Address(self.path, (*kept, *new))

    def without(self, *names: str) -> Address:
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] not in names))

    def get(self, name: str, default: str = "") -> str:
        return dict(self.pairs).get(name, default)

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.pairs)}" if self.pairs else self.path


CURSOR = "after"


@dataclass(frozen=True)
class Order:
    """The order a list is in, as its address says: `sort=-amount` is amount, largest first."""

    key: str = ""
    descending: bool = False

    @classmethod
    def parse(cls, text: str, allowed: Sequence[str], default: str = "") -> Order:
        """The order asked for; anything not allowed is the default order."""
        asked = text if text.removeprefix("-") in allowed else default
        return cls(asked.removeprefix("-"), asked.startswith("-"))

    def direction(self, key: str) -> Direction:
        if key != self.key:
            return ""
        return "descending" if self.descending else "ascending"

    def next_for(self, key: str) -> str:
        """What the address says after the head of this column was clicked."""
        return f"-{key}" if key == self.key and not self.descending else key


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `key` names the row's attribute, `kind` how it is shown, `href` the attribute holding a link.

    Kinds: text, code (a code in its own spacing), number, money, date (dense), moment (dense), month, period (a
    pair of dates, the last may be None), status (a tag), link (a `Link`), lines (several
    sentences), custom (the caller draws the cell). `sort` is the word the address uses; empty cannot be sorted.
    """

    key: str
    label: str
    kind: Kind = "text"
    href: str = ""
    sort: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """Rows can be ticked. `value`, `label` and `amount` name attributes of a row; `name` is the field posted.

    A ticked row posts `name=value`; make the value say what was seen, as "id:version". `form` is the id of the form
    the boxes belong to (selection_bar.jinja makes it). `amount` empty: nothing is added up.
    """

    name: str = "seen"
    value: str = "token"
    label: str = "name"
    amount: str = ""
    form: str = "selection"
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list: caption, columns, rows (any objects with the attributes the columns name), and its empty sentence.

    `count` is how many match in all (not only on this page), `total` their sum; both stand beside the caption.
    `detail` names a row's attribute with further sentences, drawn under the row; `tags` one with a few words each,
    drawn as tags there. `order` and `address` make the heads of sortable columns links. `exports` are links such as CSV
    and XLSX.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    empty: str = "Nothing to show."
    noun: tuple[str, str] = ("row", "rows")
    count: int | None = None
    total: Decimal | None = None
    detail: str = ""
    tags: str = ""
    order: Order = field(default_factory=Order)
    address: Address | None = None
    choosing: Choosing | None = None
    exports: Sequence[Any] = ()
    caption_hidden: bool = False
    id: str = "list"

    @property
    def summary(self) -> str:
        """`412 achievements, £318,204.11`."""
        how_many = len(self.rows) if self.count is None else self.count
        words = count(how_many, *self.noun)
        return words if self.total is None else f"{words}, {money(self.total)}"

    def sort_href(self, column: Column) -> str:
        if not (column.sort and self.address):
            return ""
        return str(self.address.with_(sort=self.order.next_for(column.sort)))


@dataclass(frozen=True, kw_only=True)
class Pager:
    """Keyset pages: First and Next, and how many rows are shown. `next_cursor` empty: this is the last page."""

    address: Address
    next_cursor: str = ""
    size: int = 50
    sizes: Sequence[int] = (25, 50, 100, 250)
    default_size: int = 50
    size_name: str = "view"

    @classmethod
    def sized(cls, address: Address, sizes: Sequence[int] = (25, 50, 100, 250), default: int = 50) -> Pager:
        """A pager with the size its address asks for; a size not offered is the default."""
        asked = address.get("view")
        size = int(asked) if asked in {str(each) for each in sizes} else default
        return cls(address=address, size=size, sizes=sizes, default_size=default)

    def followed_by(self, cursor: str) -> Pager:
        return replace(self, next_cursor=cursor)

    @property
    def first_href(self) -> str:
        """Empty on the first page."""
        return str(self.address.without(CURSOR)) if self.address.get(CURSOR) else ""

    @property
    def next_href(self) -> str:
        return str(self.address.with_(**{CURSOR: self.next_cursor})) if self.next_cursor else ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the page-size form sends along."""
        return list(self.address.without(CURSOR, self.size_name).pairs)


Style = Literal["primary", "secondary", "warning"]


@dataclass(frozen=True)
class Action:
    """A button that acts on what is ticked: posts `action=value`."""

    value: str
    label: str
    style: Style = "primary"


@dataclass(frozen=True, kw_only=True)
class Matching:
    """All that match the filter, beyond this page. `token` carries filter, count, sum and moment, as seen."""

    count: int
    token: str
    total: Decimal | None = None

    @property
    def label(self) -> str:
        sum_of = "" if self.total is None else f", {money(self.total)}"
        return f"Select all {self.count:,} matching{sum_of}"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The bar above and below a list whose rows can be ticked.

    `href` takes the POST; `hidden` are fields sent along; `matching` offers everything the filter matches.
    """

    href: str
    actions: Sequence[Action]
    table: str = "list"
    form: str = "selection"
    matching: Matching | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)
