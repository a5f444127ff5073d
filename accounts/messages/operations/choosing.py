"""What a person chooses: ways by topic, quiet hours, an e-mail address, and consent to marketing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.messages import opening
from accounts.messages.models import Choice, Consent, Delivery, Message, Preference, State, Way
from accounts.messages.operations.write import send
from accounts.messages.queries import MARKETING
from accounts.messages.quiet import FROM, UNTIL
from kernel import codes
from kernel.errors import Refusal, TooMany

MARKETING_VERSION = "2026-11"
MARKETING_TEXT = _(
    "I want offers and news of this region by the ways chosen above. I can stop them at any time"
    " with one tap; nothing else depends on it."
)
_STOP, _EMAIL = "accounts.messages.stop", "accounts.messages.email"
_EMAIL_LINK_DAYS, _EMAIL_LINKS_A_DAY = 3, 5
CONFIRM = "accounts.messages.confirm-email"


class LinkOver(Refusal):
    """The link is too old, was altered, or was never ours."""

    code = "link_over"
    status = 404
    message = _("This link is no longer good. Ask for a new one.")


def choose(
    *,
    user_id: int,
    choices: Mapping[tuple[str, str], bool],
    language: str,
    quiet_from: time,
    quiet_until: time,
) -> None:
    """Keep what a person wants: ``choices`` by topic and way; equal times are no quiet hours."""
    rows = [
        Choice(user_id=user_id, topic=topic, channel=way, is_wanted=is_wanted)
        for (topic, way), is_wanted in sorted(choices.items())
    ]
    wanted = {"language": language, "quiet_from": quiet_from, "quiet_until": quiet_until}
    with transaction.atomic():
        Choice.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=("user_id", "topic", "channel"),
            update_fields=("is_wanted",),
        )
        Preference.objects.update_or_create(user_id=user_id, defaults=wanted)


def set_consent(
    *, user_id: int, is_given: bool, given_by: str, language: str, at: datetime
) -> bool:
    """Add to the record that the person agrees to marketing, or no more; False where nothing changes.

    Withdrawn, nothing that still waits is sent.
    """
    with transaction.atomic():
        # One at a time for a person: the last row is what holds.
        Preference.objects.get_or_create(
            user_id=user_id, defaults={"quiet_from": FROM, "quiet_until": UNTIL}
        )
        Preference.objects.select_for_update().get(user_id=user_id)
        mine = Consent.objects.filter(user_id=user_id, purpose=MARKETING).order_by("-pk")
        if mine.values_list("is_given", flat=True).first() in (
            (True,) if is_given else (False, None)
        ):
            return False
        with translation.override(language):
            shown = str(MARKETING_TEXT)
        Consent.objects.create(
            user_id=user_id,
            purpose=MARKETING,
            is_given=is_given,
            version=MARKETING_VERSION,
            text_hash=hashlib.sha256(shown.encode()).hexdigest(),
            language=language,
            given_by=given_by,
            at=at,
        )
    return True


def stop_path(user_id: int, language: str) -> str:
    """The address at which one tap ends a person's marketing, without signing in."""
    with translation.override(language):
        return reverse("messages:stop", args=[signing.dumps(user_id, salt=_STOP)])


def stop(*, token: str, given_by: str, language: str, at: datetime) -> None:
    """Withdraw the consent of whom a stop link belongs to. Twice is once.

    :raises LinkOver: it is not one of ours.
    """
    set_consent(
        user_id=whose_stop(token), is_given=False, given_by=given_by, language=language, at=at
    )


def whose_stop(token: str) -> int:
    """Whom a stop link belongs to; it has no end.

    :raises LinkOver: it is not one of ours.
    """
    try:
        return int(signing.loads(token, salt=_STOP))
    except signing.BadSignature:
        raise LinkOver from None


def remember_email(*, user_id: int, email: str, language: str, at: datetime) -> None:
    """Keep an address for a person's messages, and send the link there that confirms it.

    :raises TooMany: five such links were sent today.
    """
    kept = {
        "email_sealed": opening.seal(email),
        "email_masked": opening.mask_address(email),
        "email_confirmed_at": None,
    }
    key = f"{CONFIRM}:{user_id}:"
    with transaction.atomic():
        Preference.objects.update_or_create(
            user_id=user_id,
            defaults=kept,
            create_defaults={**kept, "quiet_from": FROM, "quiet_until": UNTIL},
        )
        today = Message.objects.filter(kind=CONFIRM, key__startswith=key)
        if today.filter(created_at__gt=at - timedelta(days=1)).count() >= _EMAIL_LINKS_A_DAY:
            raise TooMany(retry_after=86_400, field="email")
        link = email_path(user_id=user_id, email=email, language=language)
        send(
            template=CONFIRM,
            to=email,
            language=language,
            facts={"link": f"{settings.SITE_URL.rstrip('/')}{link}"},
            key=f"{key}{codes.new_token()}",
            at=at,
        )


def forget_email(*, user_id: int) -> None:
    """Write to this address no more."""
    nothing = {"email_sealed": "", "email_masked": "", "email_confirmed_at": None}
    Preference.objects.filter(user_id=user_id).update(**nothing)
    waiting = Delivery.objects.filter(
        message__user_id=user_id, channel=Way.EMAIL, state=State.WAITING
    )
    waiting.update(state=State.DROPPED, trouble="the address was taken back")


def email_path(*, user_id: int, email: str, language: str) -> str:
    """The address, in a language, at which a person confirms that they read this e-mail address."""
    token = signing.dumps([user_id, opening.index_of(email)], salt=_EMAIL)
    with translation.override(language):
        return reverse("messages:confirm-email", args=[token])


def whose_email(token: str) -> Preference:
    """Whose address a link would confirm.

    :raises LinkOver: the link is too old or not ours, or the person has changed the address since.
    """
    try:
        user_id, index = signing.loads(token, salt=_EMAIL, max_age=_EMAIL_LINK_DAYS * 86_400)
    except signing.BadSignature:
        raise LinkOver from None
    kept = Preference.objects.filter(user_id=user_id).first()
    if kept is None or opening.index_of(opening.unseal(kept.email_sealed)) != index:
        raise LinkOver
    return kept


def confirm_email(*, token: str, at: datetime) -> None:
    """The address of this link is used from now on.

    :raises LinkOver: see ``whose_email``.
    """
    kept = whose_email(token)
    Preference.objects.filter(pk=kept.pk, email_sealed=kept.email_sealed).update(
        email_confirmed_at=at
    )
