"""People and their roles: invited, granted, confirmed, ended, disabled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet

from accounts.models import Grant, User
from accounts.rules import CONFIRM_GRANT, END_GRANT, GRANT_ROLES
from accounts.states import DISABLE, ENABLE, LOCK, RETIRE, UNLOCK, Role
from core.actors import Actor
from core.commands import command, instant
from core.errors import Conflict, Invalid, NotPermitted
from core.locking import lock_ids
from core.transitions import Moved
from organisations.models import Cluster, Organisation


@dataclass(frozen=True)
class Limits:
    """What a grant is limited to: one payment type, the organisations of a cluster, pounds in one achievement."""

    payment_type: str = ""
    cluster: Cluster | None = None
    pounds: Decimal | None = None


UNLIMITED = Limits()


@command
def invite_user(email: str, name: str, *, to: Organisation, by: Actor) -> User:
    """Make an account for a person of an organisation; it has no password until they choose one, and no roles yet.

    Raises NotPermitted for whoever does not administer the organisation, Invalid for an address that is wrong or taken.
    """
    GRANT_ROLES.require(to, by)
    address = _address(email)
    if not name.strip():
        raise Invalid("Enter the person's name.")
    if User.objects.filter(email=address).exists():
        raise Invalid(f"Email address {address} already has an account.")
    return User.objects.create_user(address, name=name.strip())


@command
def grant_role(user: User, organisation: Organisation, role: Role, *, limits: Limits = UNLIMITED, by: Actor) -> Grant:
    """Grant a role in an organisation. Approval, Finance and Release wait for a second administrator (domain 2).

    Raises NotPermitted for oneself and outside the organisations one administers, Conflict when it is held already.
    """
    lock_ids(User, [user.pk])
    if by.user_id == user.pk:
        raise NotPermitted(
            "No one grants a role to themselves.", who_can=["Another administrator of the organisation."]
        )
    GRANT_ROLES.require(organisation, by)
    _refuse_limits(limits)
    if _same_grant(user, organisation, role, limits):
        raise Conflict(f"{user.name} already holds {Role(role).label} in {organisation.name}.")
    return Grant.objects.create(
        user=user, organisation=organisation, role=role, granted_by_id=by.user_id, granted_at=instant(),
        payment_type=limits.payment_type, cluster=limits.cluster, limit=limits.pounds,
    )  # fmt: skip


@command
def confirm_grant(grant: Grant, *, by: Actor) -> Grant:
    """Put a grant in force that needs a second administrator.

    Raises NotPermitted for the administrator who granted it and the person it is for, Conflict when it awaits nothing.
    """
    lock_ids(Grant, [grant.pk])
    waiting = Grant.objects.awaiting_confirmation().filter(pk=grant.pk).first()
    if waiting is None:
        raise Conflict("This role is confirmed already, or has ended.")
    CONFIRM_GRANT.require(waiting, by)
    waiting.confirmed_by_id = by.user_id
    waiting.save(update_fields=["confirmed_by"])
    return waiting


@command
def end_grant(grant: Grant, *, by: Actor) -> Grant:
    """End a role from now on; what was done with it stands. Raises Conflict when it has ended."""
    lock_ids(Grant, [grant.pk])
    held = Grant.objects.open().filter(pk=grant.pk).first()
    if held is None:
        raise Conflict("This role has ended already.")
    END_GRANT.require(held, by)
    held.ended_at = instant()
    held.save(update_fields=["ended_at"])
    return held


@command
def disable_users(users: Collection[User], *, by: Actor, note: str = "") -> Moved:
    """Keep people out until they are enabled again; what they did stands, their roles rest."""
    return DISABLE.apply(_rows(users), by=by, note=note)


@command
def enable_users(users: Collection[User], *, by: Actor, note: str = "") -> Moved:
    """Let disabled people in again, with the roles they had."""
    return ENABLE.apply(_rows(users), by=by, note=note)


@command
def lock_users(users: Collection[User], *, by: Actor, note: str = "") -> Moved:
    """Keep people out for now, as after too many wrong passwords."""
    return LOCK.apply(_rows(users), by=by, note=note)


@command
def unlock_users(users: Collection[User], *, by: Actor, note: str = "") -> Moved:
    """Let locked people in again."""
    return UNLOCK.apply(_rows(users), by=by, note=note)


@command
def retire_users(users: Collection[User], *, by: Actor, note: str = "") -> Moved:
    """Close accounts for good and end every role they hold; the people stay named in what they did."""
    moved = RETIRE.apply(_rows(users), by=by, note=note)
    Grant.objects.open().filter(user__in=moved.ids).update(ended_at=instant())
    return moved


@command
def set_training_password(users: Collection[User], password: str, *, by: Actor) -> None:
    """Give invented people their common password. Raises NotPermitted outside a training portal."""
    if not settings.TRAINING or not by.is_system:
        raise NotPermitted("Only a training portal sets passwords for its invented people.")
    _rows(users).update(password=make_password(password))


def _rows(users: Collection[User]) -> QuerySet[User]:
    return User.objects.filter(pk__in=[user.pk for user in users])


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(f"Email address {address or '(empty)'} is not an address like name@organisation.uk.") from None
    return address


def _refuse_limits(limits: Limits) -> None:
    if limits.pounds is not None and limits.pounds <= 0:
        raise Invalid(f"Delegated limit £{limits.pounds} must be more than £0.00.")


def _same_grant(user: User, organisation: Organisation, role: Role, limits: Limits) -> bool:
    return (
        Grant.objects.open()
        .filter(user=user, organisation=organisation, role=role)
        .filter(payment_type=limits.payment_type, cluster=limits.cluster)
        .exists()
    )
