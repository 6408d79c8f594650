"""*Allocations*: seen, and set."""

from participation.views.allocations.lists import (
    allocation_history,
    allocations,
    allocations_file,
    service_allocations,
)
from participation.views.allocations.setting import save_allocations, set_allocations, upload_allocations

__all__ = [
    "allocation_history",
    "allocations",
    "allocations_file",
    "save_allocations",
    "service_allocations",
    "set_allocations",
    "upload_allocations",
]
