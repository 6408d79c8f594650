"""What every app's part of the API is made of: rows that are read, and acts that are done once."""

from operations.api.acts import acts, done_once, preview_or_once, refuse_all, refused_rows, stale_sentences
from operations.api.shapes import (
    ActedSerializer,
    ReasonSerializer,
    RefusedSerializer,
    SeenSerializer,
    StrictSerializer,
    WithSeenSerializer,
)
from operations.api.views import PortalViewSet, RowsViewSet

__all__ = [
    "ActedSerializer",
    "PortalViewSet",
    "ReasonSerializer",
    "RefusedSerializer",
    "RowsViewSet",
    "SeenSerializer",
    "StrictSerializer",
    "WithSeenSerializer",
    "acts",
    "done_once",
    "preview_or_once",
    "refuse_all",
    "refused_rows",
    "stale_sentences",
]
