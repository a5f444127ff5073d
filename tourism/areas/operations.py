"""Verbs on scenic areas: announce, confirm."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kernel.audit import operations as audit
from kernel.plain import plain
from tourism.areas.models import Notice

_TEXTS = ("title_zh", "title_en", "body_zh", "body_en")


def announce(*, notice: Notice, actor: str, at: datetime) -> None:
    """Save a notice with all markup taken out of its texts. Audited."""
    for name in _TEXTS:
        setattr(notice, name, plain(getattr(notice, name)))
    with transaction.atomic():
        notice.save()
        audit.record(
            actor=actor, action="areas.notice.announced", subject=f"notice:{notice.pk}", at=at
        )


def confirm(*, rows: QuerySet[Any], actor: str, at: datetime) -> int:
    """An operator stands by these rows: no longer sample data, never overwritten by loading.

    Rows confirmed before stay as they are. Audited; returns how many are newly confirmed.
    """
    label, name = rows.model._meta.app_label, rows.model._meta.model_name
    with transaction.atomic():
        fresh = rows.filter(confirmed_at__isnull=True).select_for_update(of=("self",))
        ids = list(fresh.values_list("pk", flat=True))
        rows.model._default_manager.filter(pk__in=ids).update(confirmed_at=at, confirmed_by=actor)
        for pk in ids:
            audit.record(actor=actor, action=f"{label}.confirmed", subject=f"{name}:{pk}", at=at)
    return len(ids)
