"""Verbs on people: signing in by code, passwords and second factors, accounts, sign-ins."""

from accounts.identity.operations.accounts import (
    InviteOver,
    PasswordWeak,
    close,
    invite,
    password_path,
    reopen,
    send_password_link,
    set_password,
    user_of_link,
)
from accounts.identity.operations.codes import (
    GOOD_FOR,
    TRIES,
    AccountClosed,
    CodeWrong,
    answer_code,
    ask_for_code,
    forget_old,
)
from accounts.identity.operations.factors import (
    TRUST_FOR,
    begin_enrolment,
    confirm_enrolment,
    forget_factors,
    prove,
    trust_device,
    trusted_device,
)
from accounts.identity.operations.sign_ins import end_all, end_one, start

__all__ = [
    "GOOD_FOR",
    "TRIES",
    "TRUST_FOR",
    "AccountClosed",
    "CodeWrong",
    "InviteOver",
    "PasswordWeak",
    "answer_code",
    "ask_for_code",
    "begin_enrolment",
    "close",
    "confirm_enrolment",
    "end_all",
    "end_one",
    "forget_factors",
    "forget_old",
    "invite",
    "password_path",
    "prove",
    "reopen",
    "send_password_link",
    "set_password",
    "start",
    "trust_device",
    "trusted_device",
    "user_of_link",
]
