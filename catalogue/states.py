"""The states of a service definition's version, and every move between them."""

from __future__ import annotations

from django.db import models

from core.transitions import Creation, Transition, transition_table


class VersionState(models.IntegerChoices):
    DRAFT = 1, "Draft"
    RELEASED = 2, "Released"
    SUPERSEDED = 3, "Superseded"


LOADED = Creation("load", VersionState.DRAFT, "loaded")

PROPOSE_RELEASE = Transition(
    "propose release", frozenset({VersionState.DRAFT}), VersionState.DRAFT, "catalogue.propose_release",
    button="Release", done="proposed for release",
)  # fmt: skip
CONFIRM_RELEASE = Transition(
    "confirm release", frozenset({VersionState.DRAFT}), VersionState.RELEASED, "catalogue.confirm_release",
    button="Confirm release", done="released",
)  # fmt: skip
SUPERSEDE = Transition(
    "supersede", frozenset({VersionState.RELEASED}), VersionState.SUPERSEDED, "core.system_only", done="superseded"
)

SERVICE_VERSION = transition_table([PROPOSE_RELEASE, CONFIRM_RELEASE, SUPERSEDE])
