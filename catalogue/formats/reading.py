"""Reads a definition from YAML text or from the JSON that was stored of it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from catalogue.formats.building import build
from catalogue.formats.checks import further_problems
from catalogue.formats.definition import Definition
from catalogue.formats.problems import DefinitionRefused, Problem, path_of, problem_of, shown

_SCHEMA = Path(__file__).parents[1] / "schemas" / "service.schema.json"
UNKNOWN = "unknown"


def read_definition(source: Path | str) -> Definition:
    """Read a definition from a file (a Path) or from YAML text (a str).

    DefinitionRefused names every path, value and rule that is wrong, all at once.
    """
    if isinstance(source, Path):
        return _read_text(source.name, _decoded(source))
    return _read_text("The definition", source)


def definition_from(content: Mapping[str, Any], name: str = "The definition") -> Definition:
    """Make a definition of its content as JSON types, checked in full, as when it was read."""
    if problems := [problem_of(error) for error in _validator().iter_errors(content)]:
        raise DefinitionRefused(name, _in_order(problems))
    try:
        definition = build(content, digest_of(content))
    except ValueError as error:
        raise DefinitionRefused(name, [Problem("", "", str(error))]) from error
    if problems := list(further_problems(definition)):
        raise DefinitionRefused(name, problems)
    return definition


def digest_of(content: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a definition's content: comments, order of names and layout do not change it."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def unknown_figures(definition: Definition) -> list[str]:
    """List the paths of the figures nobody could source; while there is one, the definition stays a draft."""
    return [path_of(steps) for steps, value in _leaves(definition.content, ()) if value == UNKNOWN]


@lru_cache(maxsize=16)
def _read_text(name: str, text: str) -> Definition:
    """What is looked at and then loaded, or loaded anew where nothing changed, is read once."""
    try:
        content = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader with fewer types
    except yaml.YAMLError as error:
        raise DefinitionRefused(name, [Problem("", "", " ".join(f"is not YAML: {error}".split()))]) from error
    except RecursionError as error:
        raise DefinitionRefused(name, [Problem("", "", "is nested too deeply")]) from error
    if not isinstance(content, dict):
        raise DefinitionRefused(name, [Problem("", shown(content), "is a set of names and values")])
    return definition_from(content, name)


def _decoded(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionRefused(path.name, [Problem("", "", "is not UTF-8 text")]) from error


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.path)


def _leaves(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*steps, name))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _leaves(inner, (*steps, position))
    else:
        yield steps, value


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker(["date"]))


class _PlainLoader(yaml.SafeLoader):
    """YAML with text, whole numbers, true, false and null only: 0.061 stays the text that was written.

    A name that is given twice is an error, and so are anchors: a definition says each thing once, in full.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: yaml.Event | None = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.constructor.ConstructorError(None, None, "has an anchor", getattr(event, "start_mark", None))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        for name in names:
            if not isinstance(name, str) or names.count(name) > 1:
                problem = f"has the name {name!r} twice" if isinstance(name, str) else f"has {name!r} as a name"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789"))
