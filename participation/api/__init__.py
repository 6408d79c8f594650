"""The part of the API about offers and participations."""

from participation.api.participations import Participations

__all__ = ["Participations"]
