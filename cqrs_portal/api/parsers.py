"""What programs send is read once, and refused in sentences where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

NOT_JSON = "What was sent is not JSON that can be read, in UTF-8."
NOT_TEXT = "What was sent holds half of a character: a surrogate that stands alone. Send it as text in UTF-8."


class PortalJSONParser(JSONParser):
    """JSON whose texts are texts, nested no deeper than can be read."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            sent = super().parse(stream, media_type, parser_context)
            json.dumps(sent, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ParseError(NOT_TEXT) from None
        except (ParseError, RecursionError):
            raise ParseError(NOT_JSON) from None
        return sent
