"""Who is asking: "user:<id>" once signed in, "guest:<random>" before, kept in the session.

The guest's name stays in the session after signing in, so that what was put in the cart or bought
a moment ago is still there; ``all_of`` gives both.
"""

from __future__ import annotations

from django.http import HttpRequest

from accounts.identity.models import User
from accounts.identity.phones import plain_phone
from kernel import codes

_SESSION_KEY = "guest_actor"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def actor_of(request: HttpRequest) -> str:
    """The name under which this request writes. A page that only shows starts no session."""
    user = user_of(request)
    return user.actor if user else guest_of(request)


def all_of(request: HttpRequest) -> tuple[str, ...]:
    """Every name under which the person's things may stand, the one that writes first."""
    user = user_of(request)
    guest = request.session.get(_SESSION_KEY)
    if user is None:
        return (guest_of(request),)
    return (user.actor, guest) if guest else (user.actor,)


def guest_of(request: HttpRequest) -> str:
    """The session's guest; a new one is kept only by a request that may write."""
    known = request.session.get(_SESSION_KEY) or getattr(request, "_guest_actor", None)
    guest = known or f"guest:{codes.new_token()}"
    request._guest_actor = guest  # type: ignore[attr-defined]
    if request.method not in _SAFE_METHODS and _SESSION_KEY not in request.session:
        request.session[_SESSION_KEY] = guest
    return guest


def guest_before(request: HttpRequest) -> str:
    """The guest that this session was before signing in, or nothing."""
    return str(request.session.get(_SESSION_KEY, ""))


def user_of(request: HttpRequest) -> User | None:
    """The person who is signed in, or None: not the lazy stand-in, through which each look costs."""
    user = request.user
    return getattr(user, "_wrapped", user) if user.is_authenticated else None


def phone_of(request: HttpRequest) -> str:
    """The signed-in person's own phone in plain digits, to fill a form of theirs; or nothing."""
    user = user_of(request)
    return plain_phone(user.phone_sealed) if user and user.phone_sealed else ""


def phone_index_of(request: HttpRequest) -> str:
    """The blind index of the signed-in person's phone, or nothing."""
    user = user_of(request)
    return (user.phone_index or "") if user else ""
