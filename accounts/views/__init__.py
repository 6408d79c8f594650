"""The pages about one's own account, and about people one administers."""

from accounts.views.own import choose_organisation, mail, my_account
from accounts.views.people import reset_second_factor, users
from accounts.views.second_factor import change_second_factor, go_on, set_up_second_factor
from accounts.views.sessions import end_other_sessions, end_session, kept, session_time, sessions
from accounts.views.tokens import new_token, revoke_token, tokens

__all__ = [
    "change_second_factor",
    "choose_organisation",
    "end_other_sessions",
    "end_session",
    "go_on",
    "kept",
    "mail",
    "my_account",
    "new_token",
    "reset_second_factor",
    "revoke_token",
    "session_time",
    "sessions",
    "set_up_second_factor",
    "tokens",
    "users",
]
