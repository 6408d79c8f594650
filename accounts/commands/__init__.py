"""What happens to people, their roles, and the ways they come in."""

from accounts.commands.mail import choose_mail
from accounts.commands.people import (
    Limits,
    confirm_grant,
    disable_users,
    enable_users,
    end_grant,
    grant_role,
    invite_user,
    lock_users,
    retire_users,
    set_training_password,
    unlock_users,
)
from accounts.commands.second_factor import reset_second_factor, set_training_second_factor
from accounts.commands.sessions import end_other_sessions, end_session, note_session_seen
from accounts.commands.tokens import (
    NewToken,
    create_token,
    end_every_token,
    end_tokens_that_ran_out,
    note_use_of_token,
    revoke_token,
)

__all__ = [
    "Limits",
    "NewToken",
    "choose_mail",
    "confirm_grant",
    "create_token",
    "disable_users",
    "enable_users",
    "end_every_token",
    "end_grant",
    "end_other_sessions",
    "end_session",
    "end_tokens_that_ran_out",
    "grant_role",
    "invite_user",
    "lock_users",
    "note_session_seen",
    "note_use_of_token",
    "reset_second_factor",
    "retire_users",
    "revoke_token",
    "set_training_password",
    "set_training_second_factor",
    "unlock_users",
]
