"""The link between a browser's session and its SignIn row: begun, checked on each use, left."""

from __future__ import annotations

from datetime import datetime, timedelta

import django_otp
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.identity import actors, operations
from accounts.identity.backends import WorkBackend
from accounts.identity.models import WORK_LONGEST, Authenticator, SignIn, User
from accounts.identity.session_store import SessionStore
from kernel import clock

BACKEND = "accounts.identity.backends.WorkBackend"
_SIGN_IN, _AT_WORK = "sign_in", "at_work"
_NOTE_EVERY = timedelta(minutes=5)


def begin(request: HttpRequest, user: User, *, is_work: bool, at: datetime) -> None:
    """Sign the browser in under a new session key; the guest's name stays in the session."""
    guest = actors.guest_before(request)
    auth.login(request, user, backend=BACKEND)
    sign_in = operations.start(
        user=user, guest=guest, is_work=is_work, browser=_browser(request), at=at
    )
    request.session[_SIGN_IN] = sign_in.pk
    request.session[_AT_WORK] = is_work
    if is_work:
        request.session.set_expiry(int(WORK_LONGEST.total_seconds()))


def leave(request: HttpRequest, *, at: datetime) -> None:
    """Sign the browser out and forget its session, the guest's name too."""
    user, sign_in_id = actors.user_of(request), id_of(request)
    if user is not None and sign_in_id is not None:
        operations.end_one(sign_in_id=sign_in_id, user=user, at=at)
    auth.logout(request)


def id_of(request: HttpRequest) -> int | None:
    """The SignIn of this browser."""
    return request.session.get(_SIGN_IN)


def is_at_work(request: HttpRequest) -> bool:
    """Whether this browser signed in with a password, to work."""
    return bool(request.session.get(_AT_WORK))


def verify(request: HttpRequest, user: User) -> None:
    """Note that the second factor was proved here, just after it was enrolled."""
    request.session.cycle_key()
    django_otp.login(request, Authenticator.objects.get(user=user, confirmed=True))


def live_user(request: HttpRequest) -> User | AnonymousUser:
    """Who is signed in here, unless it was ended elsewhere or its time is up. No statement of its own."""
    if id_of(request) is None:
        return AnonymousUser()
    assert isinstance(request.session, SessionStore)
    at, sign_in = clock.now(), request.session.sign_in
    if sign_in is None or not sign_in.is_live(at) or not _is_theirs(request, sign_in.user):
        request.session.flush()
        return AnonymousUser()
    if at - sign_in.seen_at >= _NOTE_EVERY:
        SignIn.objects.filter(pk=sign_in.pk).update(seen_at=at)
    user: User = sign_in.user
    return user


def _is_theirs(request: HttpRequest, user: User) -> bool:
    """Whether the session was begun by this person, who may still come in, under this password."""
    stamp = request.session.get(auth.HASH_SESSION_KEY, "")
    return (
        WorkBackend().user_can_authenticate(user)
        and request.session.get(auth.SESSION_KEY) == str(user.pk)
        and constant_time_compare(stamp, user.get_session_auth_hash())
    )


def _browser(request: HttpRequest) -> str:
    """A few words by which a person knows the browser again: "Chrome, Android"."""
    agent = request.headers.get("User-Agent", "")
    browsers = ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    found = [next((word for word in words if word in agent), "") for words in (browsers, systems)]
    return ", ".join(word for word in found if word)
