"""Accounts of staff: invited, given a password, closed. Every such change signs out everywhere."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from accounts.identity.models import User
from accounts.identity.operations import sign_ins
from accounts.messages import operations as messages
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal


class InviteOver(Refusal):
    """The link was used, is too old, or was never ours."""

    code = "invite_over"
    status = 404
    message = _("This link is no longer good. Ask for a new one.")


class PasswordWeak(Refusal):
    """Too short, too common, or too near to the person's name."""

    code = "password_weak"
    status = 400
    message = _("%(why)s")


def invite(
    *,
    login_name: str,
    email: str,
    display_name: str,
    is_staff: bool,
    language: str,
    by: str,
    at: datetime,
) -> User:
    """Make an account for somebody at work and send them the link to choose a password."""
    with transaction.atomic():
        user = User.objects.create_user(
            login_name.lower(),
            email=email,
            display_name=display_name,
            is_staff=is_staff,
            language=language,
            joined_at=at,
        )
        audit.record(actor=by, action="accounts.invited", subject=user.actor, at=at)
        send_password_link(user=user, at=at)
    return user


def send_password_link(*, user: User, at: datetime) -> None:
    """Send a link that sets a password once; the address comes from settings, never from a request."""
    if not user.email:
        return
    with translation.override(user.language):
        path = password_path(user)
    messages.send(
        template="accounts.identity.password-link",
        to=user.email,
        language=user.language,
        facts={"name": str(user), "link": f"{settings.SITE_URL.rstrip('/')}{path}"},
        key=f"accounts.identity.password-link:{user.pk}:{codes.new_token()}",
        at=at,
    )


def password_path(user: User) -> str:
    """The address, in the active language, at which this person may set a password once."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    return reverse("identity:password", args=[uid, default_token_generator.make_token(user)])


def user_of_link(*, uid: str, token: str) -> User:
    """Whose password this link may set.

    :raises InviteOver: nobody's any more.
    """
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise InviteOver
    return user


def set_password(*, user: User, password: str, at: datetime, by: str = "") -> None:
    """Give an account a password, and sign it out everywhere.

    :raises PasswordWeak: too short (12), too common, or like the person's own name.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordWeak(field="password", why=" ".join(error.messages)) from None
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        sign_ins.end_all(user=user, at=at)
        audit.record(
            actor=by or user.actor, action="accounts.password.set", subject=user.actor, at=at
        )


def close(*, user: User, by: str, at: datetime) -> None:
    """Nobody can sign in to this account any more, and who is signed in is out."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        sign_ins.end_all(user=user, at=at)
        audit.record(actor=by, action="accounts.closed", subject=user.actor, at=at)


def reopen(*, user: User, by: str, at: datetime) -> None:
    """Let the person in again."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        audit.record(actor=by, action="accounts.reopened", subject=user.actor, at=at)
