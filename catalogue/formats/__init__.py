"""Service definitions as files: read, checked, and tried against their golden cases."""

from catalogue.formats.definition import (
    AchievementDate,
    Capitation,
    CodeFigure,
    DatedFee,
    DatedRate,
    Declaration,
    Definition,
    Field,
    GoldenCase,
    Group,
    Indicator,
    Item,
    Limit,
    ListDate,
    NoPayment,
    Noun,
    Offers,
    Population,
)
from catalogue.formats.golden_cases import Failure, check_golden_cases
from catalogue.formats.problems import DefinitionRefused, Problem
from catalogue.formats.reading import definition_from, read_definition, unknown_figures

__all__ = [
    "AchievementDate",
    "Capitation",
    "CodeFigure",
    "DatedFee",
    "DatedRate",
    "Declaration",
    "Definition",
    "DefinitionRefused",
    "Failure",
    "Field",
    "GoldenCase",
    "Group",
    "Indicator",
    "Item",
    "Limit",
    "ListDate",
    "NoPayment",
    "Noun",
    "Offers",
    "Population",
    "Problem",
    "check_golden_cases",
    "definition_from",
    "read_definition",
    "unknown_figures",
]
