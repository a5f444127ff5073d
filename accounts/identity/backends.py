"""Name, password and second factor, checked in one step: a wrong one of them looks like any other."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.identity import operations, queries
from accounts.identity.models import Authenticator, User
from kernel import clock


class WorkBackend(ModelBackend):
    """For people at work. Comes after axes' backend, which refuses who failed too often.

    Who has no authenticator yet is let in unverified, to enrol one; no work page opens until then.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        *,
        code: str = "",
        device_token: str = "",
        **_more: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = queries.find_by_login(username)
        if user is None:
            # As much work as for a known name: the time tells nothing.
            User().set_password(password)
            return None
        if not user.check_password(password) or not self.user_can_authenticate(user):
            return None
        at = clock.now()
        trusted = operations.trusted_device(user=user, token=device_token, at=at)
        device = trusted or operations.prove(user=user, text=code, at=at)
        if device is None and Authenticator.objects.filter(user=user, confirmed=True).exists():
            return None
        user.otp_device = device  # type: ignore[attr-defined]
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.is_active) and (settings.QUANYU_LOCAL or not user.is_demonstration)
