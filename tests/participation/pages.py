"""Pages of participation through Django's client."""

from __future__ import annotations

import html
import re


def sign_in(client, by):
    """The client, signed in as this person, for the organisation they act for."""
    client.force_login(by.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["acting_organisation"] = by.organisation_id
    session.save()
    return client


def text(response):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def hidden(response, name):
    """The value of the page's input of this name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', response.content.decode())
    assert found, f"there is no input {name}"
    return html.unescape(found[1])
