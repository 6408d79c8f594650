"""Whom to speak to at practices and PCNs: listed, added, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from operations.api import RowsViewSet, acts, done_once
from organisations import commands, queries
from organisations.commands import Details
from organisations.filters import ContactFilters
from organisations.serializers import (
    AddContactSerializer,
    ChangeContactSerializer,
    ContactSerializer,
    RemoveContactSerializer,
)


class Contacts(RowsViewSet):
    """The present contacts of the practices and PCNs one sees."""

    serializer_class = ContactSerializer
    filterset_class = ContactFilters
    keyset: ClassVar = ("organisation_id", "name", "id")
    lookup_value_regex = "[0-9]+"

    def rows(self) -> QuerySet[Any]:
        return queries.contacts_seen_by(self.by)

    @acts("add", AddContactSerializer, ContactSerializer, "Add this contact", status=201)
    def add(self, request: Request) -> Response:
        given = self.given(AddContactSerializer)
        return Response(
            done_once(request, given, lambda: self._added(given), by=self.by, act="add_contact"), status=201
        )

    @acts("change", ChangeContactSerializer, ContactSerializer, "Save this contact")
    def change(self, request: Request) -> Response:
        given = self.given(ChangeContactSerializer)
        return Response(done_once(request, given, lambda: self._changed(given), by=self.by, act="change_contact"))

    @acts("remove", RemoveContactSerializer, ContactSerializer, "Remove this contact")
    def remove(self, request: Request) -> Response:
        given = self.given(RemoveContactSerializer)
        return Response(done_once(request, given, lambda: self._removed(given), by=self.by, act="remove_contact"))

    def _added(self, given: Mapping[str, Any]) -> dict[str, Any]:
        organisation = queries.provider_seen_by(self.by, given["organisation"])
        return self._said(commands.add_contact(organisation, _details(given), by=self.by))

    def _changed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        contact = queries.contact_seen_by(self.by, given["id"])
        return self._said(commands.change_contact(contact, _details(given), by=self.by))

    def _removed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        contact = queries.contact_seen_by(self.by, given["id"])
        commands.remove_contact(contact, by=self.by)
        return self._said(contact)

    def _said(self, contact: Any) -> dict[str, Any]:
        return dict(ContactSerializer(contact, context=self.get_serializer_context()).data)


def _details(given: Mapping[str, Any]) -> Details:
    return Details(given["name"], given["role"], given["email"], given["phone"])
