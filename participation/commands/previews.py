"""What would change: the real commands and all that follows from them, rolled back."""

from __future__ import annotations

from collections.abc import Collection

from core.actors import Actor
from core.commands import command
from core.previews import Ahead, look_ahead
from core.transitions import Seen
from participation.commands.ending import Ended, Ending, carry_out


@command
def preview_end(seen: Collection[Seen], ending: Ending, *, by: Actor) -> Ahead[Ended]:
    """Answer what `save_end_date` or `cancel_participations` would, whether or not it needs a second person, and what
    is expected of the days to come; nothing is kept. Raises as they do."""
    return look_ahead(lambda: carry_out(seen, ending, by=by))
