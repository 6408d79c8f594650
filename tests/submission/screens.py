"""The pages of Record Achievement, as a test opens, reads and sends them."""

from __future__ import annotations

import html
import re

from django.urls import reverse

from submission.queries import values_of
from tests.factories.submission import (
    BY_HAND,
    NOVEMBER,
    REFERRALS,
)

RECORD, PROVIDER = "submission:record_achievement", "submission:record_provider_achievement"
BOX = "value_0_wm001_referrals"


def said(response):
    """What a page says, without its markup."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(words))


def at(name, day=NOVEMBER, *further, practice="V37647"):
    return reverse(f"submission:{name}", args=["WM-2021-22", day.isoformat(), practice, *further])


def fields_of(response):
    """The hidden fields of a page, by name."""
    tags = re.findall(r"<input[^>]*>", response.content.decode())
    hidden = [tag for tag in tags if 'type="hidden"' in tag]
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in hidden]
    return {name[1]: html.unescape(value[1]) if value else "" for name, value in pairs if name}


def sent_by(response):
    """What a browser would send from the form of a page as it is drawn, untouched."""
    page = response.content.decode()
    sent = fields_of(response)
    for tag in re.findall(r"<input[^>]*>", page):
        about = dict(re.findall(r'(type|name|value)="([^"]*)"', tag))
        if about.get("type", "text") == "text" or (about.get("type") == "radio" and re.search(r"\bchecked\b", tag)):
            sent[about["name"]] = html.unescape(about.get("value", ""))
    areas = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return sent | {name: html.unescape(text) for name, text in areas}


def drawn(client):
    return fields_of(client.get(at("group", NOVEMBER, "WM")))["seen"]


def enter(client, value, act="save", seen=None, **more):
    given = {BOX: value, "note": "", "reason": str(BY_HAND.value), "act": act, "seen": seen or drawn(client), **more}
    return client.post(at("group", NOVEMBER, "WM"), given, follow=True)


def submit(client, **more):
    page = client.get(at("check"))
    shown = fields_of(page)
    return client.post(at("check"), {"version": shown["version"], "key": shown["key"], **more}, follow=True)


def value(portland):
    found = values_of(*portland.key()).get(REFERRALS)
    return found.value if found else None
