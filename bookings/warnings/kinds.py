"""How warnings are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic
from bookings.warnings.models import Level
from bookings.warnings.queries import is_standing

SAFETY = Topic(
    name="SAFETY",
    title=_("Warnings"),
    note=_("Storms, closures, danger where you are booked. Also in your quiet hours."),
    channels=frozenset({"EMAIL", "PUSH", "SMS"}),
)
SERVICE = Topic(
    name="SERVICE",
    title=_("News of where you are booked"),
    note=_("What helps on your visit. Not in your quiet hours."),
)
_DAY = datetime(2026, 10, 14, 14, 0, tzinfo=UTC)


def _kind(name: str, **more: Any) -> Kind:
    return Kind(
        name=f"bookings.warnings.{name}",
        subject=_("{title}"),
        body=_("{text}\n\n{where}, from {begins} until {ends}. Your order: {code}."),
        short=_("{title}: {text} {where}, from {begins} until {ends}."),
        examples={
            "code": "7K3M9QX2TB", "title": _("Storm"), "text": _("Please leave the summit."),
            "where": _("North Gate"), "begins": _DAY, "ends": _DAY + timedelta(hours=4),
        },
        holds=is_standing,
        needed=frozenset({"text"}),
        **more,
    )  # fmt: skip


WARNED = _kind("safety", topic=SAFETY.name, title=_("Warning for safety"), is_urgent=True)
NOTED = _kind("service", topic=SERVICE.name, title=_("News of a place"))
BY_LEVEL = {Level.SAFETY: WARNED, Level.SERVICE: NOTED}
