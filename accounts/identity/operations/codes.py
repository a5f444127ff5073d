"""Signing in with a code sent to the phone. An unknown number is treated like a known one."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits, phones
from accounts.identity.models import Allowance, Challenge, Session, User
from accounts.messages import operations as messages
from kernel import codes, seals
from kernel.audit import operations as audit
from kernel.errors import Refusal

SIGN_IN = "sign-in"
TRIES = 5
GOOD_FOR = timedelta(minutes=10)
MOST_A_DAY = 20_000
"""Codes that the whole site sends in a day: a bound on the bill, whoever asks."""
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class CodeWrong(Refusal):
    """Wrong, too old, tried too often or used: one answer for all of them."""

    code = "code_wrong"
    status = 400
    message = _("This code is not right, or no longer good. Compare it, or ask for a new one.")


class AccountClosed(Refusal):
    """The phone is proved, but the account behind it was closed."""

    code = "account_closed"
    status = 403
    message = _("This account is closed. Please ask the help desk.")


def ask_for_code(
    *, phone: str, address: str, language: str, at: datetime, purpose: str = SIGN_IN
) -> Challenge:
    """Send six digits to a phone (plain digits) and return the challenge to answer.

    ``address`` is the client's network address. Nothing here asks whether the number is known.

    :raises TooMany: too many codes for this phone, this address or today.
    """
    limits.spend(_send_limits(phone, address), at=at)
    digits = f"{secrets.randbelow(10**6):06d}"
    sealed = phones.seal_phone(phone)
    ref = codes.new_token()
    with transaction.atomic():
        challenge = Challenge.objects.create(
            ref=ref,
            purpose=purpose,
            phone_sealed=sealed.sealed,
            phone_index=sealed.index,
            phone_masked=sealed.masked,
            code_hash=_hash(ref, sealed.index, purpose, digits),
            sent_at=at,
            expires_at=at + GOOD_FOR,
        )
        messages.send(
            template="accounts.identity.code",
            to=phone,
            language=language,
            facts={"code": digits, "minutes": int(GOOD_FOR / _MINUTE)},
            key=f"accounts.identity.code:{challenge.pk}",
            at=at,
        )
    return challenge


def answer_code(
    *, ref: str, code: str, address: str, language: str, at: datetime, purpose: str = SIGN_IN
) -> User:
    """Check a code against its challenge; return the person, made now if the phone is new.

    :raises CodeWrong: see there. :raises TooMany: too many tries from this address.
    :raises AccountClosed: the account was closed.
    """
    limits.spend([limits.per("code-try:address", address, 100, _HOUR)], at=at)
    challenge = _take_a_try(ref, purpose, at)
    if challenge is None or not _is_right(challenge, code):
        _note_wrong(challenge, at)
        raise CodeWrong(field="code")
    with transaction.atomic():
        unused = Challenge.objects.filter(pk=challenge.pk, used_at__isnull=True)
        if not unused.update(used_at=at):
            raise CodeWrong(field="code")
        user = _person_of(challenge, language, at)
    if not user.is_active or (user.is_demonstration and not settings.QUANYU_LOCAL):
        raise AccountClosed
    return user


def forget_old(*, at: datetime) -> None:
    """Delete challenges and allowances that are long over, and sessions whose time is up."""
    Session.objects.filter(expire_date__lt=at).delete()
    Challenge.objects.filter(expires_at__lt=at - _DAY).delete()
    Allowance.objects.filter(ends_at__lt=at - _DAY).delete()


def _send_limits(phone: str, address: str) -> list[limits.Limit]:
    return [
        limits.per("code-send:phone", phone, 1, _MINUTE),
        limits.per("code-send:phone", phone, 5, _HOUR),
        limits.per("code-send:phone", phone, 10, _DAY),
        limits.per("code-send:address", address, 20, _HOUR),
        limits.per("code-send:address", address, 60, _DAY),
        limits.Limit("code-send:all", MOST_A_DAY, _DAY),
    ]


def _take_a_try(ref: str, purpose: str, at: datetime) -> Challenge | None:
    """Count the try before looking: parallel guesses cannot share one."""
    live = Challenge.objects.filter(
        ref=ref, purpose=purpose, used_at__isnull=True, expires_at__gt=at, tries__lt=TRIES
    )
    taken = live.update(tries=F("tries") + 1)
    return Challenge.objects.get(ref=ref) if taken else None


def _is_right(challenge: Challenge, code: str) -> bool:
    digits = "".join(code.split())
    expected = _hash(challenge.ref, challenge.phone_index, challenge.purpose, digits)
    return hmac.compare_digest(expected, challenge.code_hash)


def _hash(ref: str, phone_index: str, purpose: str, digits: str) -> str:
    return seals.index(f"{ref}:{phone_index}:{purpose}:{digits}", purpose="sign-in-code")


def _note_wrong(challenge: Challenge | None, at: datetime) -> None:
    if challenge is not None:
        locked = challenge.tries >= TRIES
        audit.record(
            actor="guest",
            action="accounts.code.locked" if locked else "accounts.code.wrong",
            subject=f"challenge:{challenge.pk}",
            at=at,
        )


def _person_of(challenge: Challenge, language: str, at: datetime) -> User:
    user, _is_new = User.objects.get_or_create(
        phone_index=challenge.phone_index,
        defaults={
            "phone_sealed": challenge.phone_sealed,
            "phone_masked": challenge.phone_masked,
            "language": language,
            "joined_at": at,
        },
    )
    return user
