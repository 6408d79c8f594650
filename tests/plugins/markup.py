"""Finds what a typo in a template leaves behind: undefined names chain, so they show as holes in the HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

SPEAKING = {
    "title",
    "label",
    "legend",
    "caption",
    "th",
    "button",
    "a",
    "option",
    "h1",
    "h2",
    "h3",
    "dt",
    "summary",
    "strong",
}
NEVER_EMPTY = {"href", "action", "for", "id", "name", "aria-labelledby", "aria-describedby", "data-label"}
HOLES = {"None", "Undefined", "undefined", "null", "NaN"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Open:
    """An element that is not closed yet, and what it has said so far."""

    tag: str
    attributes: dict[str, str | None]
    line: int
    text: list[str] = field(default_factory=list)

    def silent(self) -> bool:
        return not ("".join(self.text).strip() or self.attributes.get("aria-label") or self.attributes.get("title"))

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.tag}{attributes}> on line {self.line}"


class Reader(HTMLParser):
    """Reads one page; `found` are its flaws, in words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[Open] = []
        self.ids: Counter[str] = Counter()
        self.pointed_at: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Open(tag, dict(attrs), self.getpos()[0])
        self._read_attributes(element)
        if tag == "img" and element.attributes.get("alt"):
            self._say(element.attributes["alt"] or "")
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag in {element.tag for element in self.open}:
            element = self.open.pop()
            self._judge(element)
            if element.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].tag in ("script", "style"):
            return
        if data.strip() in HOLES:
            self.found.append(f"a hole in the text: {data.strip()}, in {self.open[-1] if self.open else 'the page'}")
        self._say(data)

    def _say(self, text: str) -> None:
        for element in self.open:
            element.text.append(text)

    def _read_attributes(self, element: Open) -> None:
        for name, value in element.attributes.items():
            if name in NEVER_EMPTY and not (value or "").strip():
                self.found.append(f"{name} is empty in {element}")
            if value in HOLES:
                self.found.append(f"a hole in {name} of {element}")
        if element.attributes.get("id"):
            self.ids[element.attributes["id"] or ""] += 1
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.pointed_at += [(name, target) for target in (element.attributes.get(name) or "").split()]

    def _judge(self, element: Open) -> None:
        if element.tag in SPEAKING and element.silent() and not self._excused(element):
            self.found.append(f"nothing is said in {element}")
        if element.tag == "select" and element.silent():
            self.found.append(f"nothing to choose in {element}")

    @staticmethod
    def _excused(element: Open) -> bool:
        return element.tag in ("option", "strong") and element.attributes.get("value") == ""

    def finish(self) -> list[str]:
        """All flaws, with doubled ids and pointers to nowhere."""
        doubled = [f"id {name} stands {times} times" for name, times in self.ids.items() if times > 1]
        lost = [f'{name}="{target}" leads nowhere' for name, target in self.pointed_at if target not in self.ids]
        return self.found + doubled + lost


def flaws(html: str) -> list[str]:
    """What is wrong with a page's HTML: empty labels, heads, links and selects; holes where a value should be;
    doubled ids; labels and descriptions that lead nowhere. Empty: the page is sound."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.finish()
