"""What a command may answer instead of doing it; pages and API give each the same status and sentences."""

from __future__ import annotations

from collections.abc import Sequence


class PortalError(Exception):
    """Something a person is told, in sentences. `status` is the HTTP status pages and API answer with."""

    status = 400
    title = "There is a problem"

    def __init__(self, *sentences: str, who_can: Sequence[str] = ()) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences
        self.who_can = tuple(who_can)


class Invalid(PortalError):
    """What was given breaks a rule; each sentence names field, value and rule. `field` is a form's name of the field,
    where there is one that the sentences are about."""

    status = 422

    def __init__(self, *sentences: str, who_can: Sequence[str] = (), field: str = "") -> None:
        super().__init__(*sentences, who_can=who_can)
        self.field = field


class NotPermitted(PortalError):
    """Seen but not to be done by this person: 403."""

    status = 403
    title = "You cannot do this"


class NotVisible(PortalError):
    """Not there, or not to be seen by this person: 404, the same for both."""

    status = 404
    title = "Page not found"


class Conflict(PortalError):
    """Too late, or changed meanwhile: 409."""

    status = 409
    title = "This has changed meanwhile"
