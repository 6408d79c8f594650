from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.commands import reset_second_factor
from accounts.models import User
from core.actors import SYSTEM
from core.errors import PortalError


class Command(BaseCommand):
    help = "Take somebody's authenticator app away, where no administrator in the portal can: they set up another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, help="How you know that it is them who ask. It is kept.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"{options['email']} has no account.")
        try:
            reset_second_factor(user, options["reason"], by=SYSTEM)
        except PortalError as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"Reset. {user.name} signs in with the password and sets up another authenticator app.")
