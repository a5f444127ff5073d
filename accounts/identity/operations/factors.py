"""The second factor of people at work: an authenticator app, paper codes, a trusted browser.

Authenticator codes are checked by the real time, not by ``kernel.clock``: the telephone that shows
them knows no other (RFC 6238). The seed is 160 bits, a step 30 s; one step either side is taken.
"""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta

from django.db import transaction
from django_otp.models import Device
from django_otp.oath import TOTP

from accounts.identity.models import Authenticator, RecoveryCode, TrustedDevice, User
from accounts.identity.operations import sign_ins
from kernel import codes, seals
from kernel.audit import operations as audit

SEED = "authenticator"
RECOVERY_CODES = 8
TRUST_FOR = timedelta(days=30)
_STEP_S = 30
_TOLERANCE = 1


def begin_enrolment(*, user: User) -> Authenticator:
    """A fresh authenticator to be confirmed with its first code; replaces one never confirmed."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, confirmed=False).delete()
        return Authenticator.objects.create(
            user=user,
            name="app",
            confirmed=False,
            seed_sealed=seals.seal(secrets.token_hex(20), purpose=SEED),
        )


def confirm_enrolment(*, user: User, code: str, keep: int | None, at: datetime) -> list[str] | None:
    """Take the new authenticator into use; return the recovery codes, or None when ``code`` is wrong.

    The one before it, its recovery codes and trusted devices are gone, and everybody signed in as
    this person is signed out but the sign-in ``keep``.
    """
    with transaction.atomic():
        fresh = _locked(user, confirmed=False)
        if fresh is None or not _verify(fresh, code):
            return None
        forget_factors(user=user, by=user.actor, at=at, keep=keep)
        fresh.confirmed = True
        fresh.save(update_fields=["confirmed"])
        audit.record(actor=user.actor, action="accounts.factor.enrolled", subject=user.actor, at=at)
        return _new_recovery_codes(user)


def forget_factors(*, user: User, by: str, at: datetime, keep: int | None = None) -> None:
    """Take away every second factor, and sign the person out everywhere but in ``keep``."""
    with transaction.atomic():
        audit.record(actor=by, action="accounts.factor.forgotten", subject=user.actor, at=at)
        Authenticator.objects.filter(user=user, confirmed=True).delete()
        RecoveryCode.objects.filter(user=user).delete()
        TrustedDevice.objects.filter(user=user).delete()
        sign_ins.end_all(user=user, at=at, keep=keep)


def prove(*, user: User, text: str, at: datetime) -> Device | None:
    """The authenticator that this code proves, or None. A recovery code stands in for it, once."""
    with transaction.atomic():
        device = _locked(user, confirmed=True)
        if device is None or not text:
            return None
        typed = "".join(text.split())
        if typed.isdecimal():
            return device if _verify(device, typed) else None
        return device if _use_recovery_code(device, typed, at) else None


def trust_device(*, user: User, at: datetime) -> str:
    """Trust a browser for 30 days; return the token for its cookie. Never for the back office."""
    token = codes.new_token()
    TrustedDevice.objects.create(
        user=user, name="browser", token_hash=_token_hash(token), expires_at=at + TRUST_FOR
    )
    audit.record(actor=user.actor, action="accounts.device.trusted", subject=user.actor, at=at)
    return token


def trusted_device(*, user: User, token: str, at: datetime) -> TrustedDevice | None:
    """The trusted browser of this person that holds this token."""
    if not token or user.is_staff or user.is_superuser:
        return None
    return TrustedDevice.objects.filter(
        user=user, token_hash=_token_hash(token), expires_at__gt=at
    ).first()


def current_code(device: Authenticator) -> str:
    """The six digits that the app shows now. For demonstration accounts only."""
    return f"{_totp(device).token():06d}"


def seed_of(device: Authenticator) -> bytes:
    """The plain seed, for the picture that the app scans."""
    return bytes.fromhex(seals.unseal(device.seed_sealed, purpose=SEED))


def _locked(user: User, *, confirmed: bool) -> Authenticator | None:
    mine = Authenticator.objects.select_for_update().filter(user=user, confirmed=confirmed)
    return mine.first()


def _verify(device: Authenticator, digits: str) -> bool:
    """Whether the code is right and newer than the last one used; a wrong one slows down."""
    if not device.verify_is_allowed()[0]:
        return False
    totp = _totp(device)
    is_form = len(digits) == 6 and digits.isascii() and digits.isdecimal()
    if not is_form or not totp.verify(int(digits), _TOLERANCE, device.last_step + 1):
        device.throttle_increment(commit=True)
        return False
    device.last_step = totp.t()
    device.throttle_reset(commit=False)
    device.save()
    return True


def _totp(device: Authenticator) -> TOTP:
    totp = TOTP(seed_of(device), _STEP_S)
    totp.time = time.time()
    return totp


def _use_recovery_code(device: Authenticator, typed: str, at: datetime) -> bool:
    if not device.verify_is_allowed()[0]:
        return False
    unused = RecoveryCode.objects.filter(
        user_id=device.user_id, code_hash=_code_hash(typed), used_at__isnull=True
    )
    if not unused.update(used_at=at):
        device.throttle_increment(commit=True)
        return False
    device.throttle_reset(commit=True)
    subject = f"user:{device.user_id}"
    audit.record(actor=subject, action="accounts.recovery-code.used", subject=subject, at=at)
    return True


def _new_recovery_codes(user: User) -> list[str]:
    plain = [codes.new_code(10) for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_code_hash(code)) for code in plain
    )
    return [codes.group(code) for code in plain]


def _code_hash(typed: str) -> str:
    return seals.index(codes.normalise(typed), purpose="recovery-code")


def _token_hash(token: str) -> str:
    return seals.index(token, purpose="trusted-device")
