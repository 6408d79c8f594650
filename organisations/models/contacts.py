"""Whom to speak to at a practice or network."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from organisations.models.organisations import Organisation


class ContactQuerySet(models.QuerySet["Contact"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Contact(models.Model):
    """One row is somebody to speak to at an organisation, as they were known from `added_at` until `ended_at`.

    A change ends the row and adds another: nothing is overwritten.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contacts", db_index=False)
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=100, help_text="What they do there.")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="contact_can_be_reached"),
        ]
        indexes = [models.Index(fields=["organisation", "name"], condition=Q(ended_at=None), name="contact_current")]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"
