"""The addresses and the draft of Create Offers."""

from __future__ import annotations

from django.urls import reverse

from participation.models import OfferDraft
from tests.participation.pages import hidden, text


def at(name, draft=None, *further):
    return reverse(f"participation:{name}", args=[draft.pk, *further] if draft else [])


def the_draft():
    return OfferDraft.objects.get()


def offer(client, draft):
    """Press the button of the review."""
    page = client.get(at("review_offers", draft))
    sent = {"act": "offer", "version": hidden(page, "version"), "foreseen": hidden(page, "foreseen")}
    return client.post(at("review_offers", draft), sent, follow=True)


def filtered(client, draft, **query):
    return text(client.get(at("offer_providers", draft), query))
