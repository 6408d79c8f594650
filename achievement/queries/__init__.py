"""What achievements show."""

from achievement.queries.needs import needs_of

__all__ = ["needs_of"]
