"""People, and the roles they hold in organisations."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from knox.models import AbstractAuthToken

from accounts.states import NEEDS_A_SECOND_ADMINISTRATOR, NEEDS_A_SECOND_FACTOR, Role, TokenEnd, UserState
from core import clock
from core.transitions import Stateful, TransitionLog
from organisations.models import Cluster, Organisation


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


@pghistory.track(exclude=["password", "last_login"])
class User(Stateful, AbstractBaseUser):  # type: ignore[django-manager-missing]  # knox has no types
    """One row is one person who signs in. Never deleted: unlinked, disabled, locked or retired."""

    STATES = UserState

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    state = models.PositiveSmallIntegerField(choices=UserState.choices, default=UserState.ACTIVE)
    joined_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_small_letters")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.state == UserState.ACTIVE

    @property
    def is_staff(self) -> bool:
        return False


class UserChange(TransitionLog):
    """One row is one move of one person's account from state to state."""

    row = models.ForeignKey(User, models.PROTECT, related_name="history")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)


User.LOG = UserChange


UNCONFIRMED = Q(role__in=sorted(NEEDS_A_SECOND_ADMINISTRATOR), granted_by__isnull=False, confirmed_by=None)
"""Granted by one administrator where two are needed, and not yet confirmed by the second."""


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self) -> Self:
        """Grants not ended and, where a second administrator is needed, confirmed; of people who are active."""
        return self.open().filter(~UNCONFIRMED, user__state=UserState.ACTIVE)

    def open(self) -> Self:
        """Grants not ended, whatever has become of the person."""
        return self.filter(ended_at=None)

    def awaiting_confirmation(self) -> Self:
        """Grants of the roles that need a second administrator, before they have one."""
        return self.open().filter(UNCONFIRMED)

    def that_need_a_second_factor(self) -> Self:
        """Grants in force of the roles of approvers and administrators."""
        return self.in_force().filter(role__in=sorted(NEEDS_A_SECOND_FACTOR))

    def of(self, *roles: Role) -> Self:
        return self.filter(role__in=roles)


@pghistory.track()
class Grant(models.Model):
    """One row is one role granted to one person in one organisation, within limits; ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40, choices=Role.choices)
    payment_type = models.CharField(max_length=60, blank=True, help_text="Only services of this payment type.")
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, blank=True, help_text="Only these organisations.")
    limit = models.DecimalField(
        "delegated limit",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Pounds in one achievement.",
    )
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    granted_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "payment_type", "cluster"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="grant_held_once",
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=models.F("user")), name="grant_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | (~Q(confirmed_by=models.F("user")) & ~Q(confirmed_by=models.F("granted_by"))),
                name="grant_confirmed_by_a_second",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} in {self.organisation}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> Self:
        """Tokens that still open the API."""
        return self.filter(ended_at=None, expiry__gt=clock.now())

    def run_out(self) -> Self:
        """Tokens whose time is up, and whose end nobody has noted yet."""
        return self.filter(ended_at=None, expiry__lte=clock.now())


class ApiToken(AbstractAuthToken):
    """One row is one token of the API: a person acting for one organisation, until its time is up, it is revoked, or
    what it was made with is replaced: its owner's password or second factor.

    Only its hash is kept (knox); a token is never deleted, so that what it did can be told.
    """

    digest = models.CharField(max_length=128, unique=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    created = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, choices=TokenEnd.choices, blank=True)
    second_factor = models.BooleanField(default=False, help_text="Made in a session with a second factor.")

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_because="") | Q(ended_at__isnull=False) & ~Q(ended_because=""),
                name="token_ended_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_expired(self) -> bool:
        return bool(self.expiry <= clock.now())


class SecondFactorReset(models.Model):
    """One row is one removal of a person's authenticator app by somebody else, because their phone was lost."""

    user = models.ForeignKey(User, models.PROTECT, related_name="second_factor_resets")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.TextField()
