"""Why is this network waiting? Each line that a network lacks, with its causes out of the twenty of domain 7."""

from achievement.queries.causes.classify import BlockedLine, Key, Waiting, first_causes, waiting
from achievement.queries.causes.scope import Scope
from achievement.queries.causes.twenty import FIRST_TO_LAST, Cause, Group

__all__ = ["FIRST_TO_LAST", "BlockedLine", "Cause", "Group", "Key", "Scope", "Waiting", "first_causes", "waiting"]
