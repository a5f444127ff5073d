"""Say something to somebody, once; hand it over later, outside any transaction; keep what people chose."""

from accounts.messages.operations.choosing import (
    LinkOver,
    choose,
    confirm_email,
    email_path,
    forget_email,
    remember_email,
    set_consent,
    stop,
    stop_path,
)
from accounts.messages.operations.deliver import (
    deliver_due,
    drop,
    forget_old,
    read,
    read_all,
    try_again,
)
from accounts.messages.operations.devices import (
    BadDevice,
    NoPush,
    add_device,
    forget_device,
)
from accounts.messages.operations.wording import (
    LacksWords,
    StrangeWords,
    back_to_default,
    check,
    reword,
    send_test,
)
from accounts.messages.operations.write import Link, Note, send, tell

__all__ = (
    "BadDevice",
    "LacksWords",
    "Link",
    "LinkOver",
    "NoPush",
    "Note",
    "StrangeWords",
    "add_device",
    "back_to_default",
    "check",
    "choose",
    "confirm_email",
    "deliver_due",
    "drop",
    "email_path",
    "forget_device",
    "forget_email",
    "forget_old",
    "read",
    "read_all",
    "remember_email",
    "reword",
    "send",
    "send_test",
    "set_consent",
    "stop",
    "stop_path",
    "tell",
    "try_again",
)
