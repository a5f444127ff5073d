"""The picture that an authenticator app scans, drawn here: the seed goes to no outside host."""

from __future__ import annotations

from base64 import b32encode
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from accounts.identity.models import Authenticator
from accounts.identity.operations import factors


def enrolment(device: Authenticator) -> dict[str, SafeString | str]:
    """For the enrolment page: ``svg``, and the ``seed`` in groups for those who cannot scan."""
    seed = b32encode(factors.seed_of(device)).decode()
    picture = segno.make(_address(device, seed), error="m").svg_inline(scale=5, border=2)
    return {
        "svg": mark_safe(picture),  # noqa: S308 - drawn by segno from base32 and a quoted name
        "seed": " ".join(seed[start : start + 4] for start in range(0, len(seed), 4)),
    }


def _address(device: Authenticator, seed: str) -> str:
    issuer = settings.OTP_TOTP_ISSUER
    label = quote(f"{issuer}:{device.user.get_username() or device.user.email}", safe=":")
    fields = urlencode({"secret": seed, "issuer": issuer, "digits": 6, "period": 30})
    return f"otpauth://totp/{label}?{fields}"
