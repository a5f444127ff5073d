"""Record acts, and chain them so that a changed or missing row shows.

Recording is a plain insert; a sealer gives every committed row its position and its ``chain`` every
few seconds: SHA-256 over the chain of the row before it and its own contents. Positions follow the
order of sealing: a slow transaction commits a lower id after higher ones were sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from kernel.audit.models import Entry

_SEALER = 7_201_002  # the advisory lock of the single sealer
_BATCH = 1000


def record(
    *, actor: str, action: str, subject: str, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Write an act into the audit, in the caller's transaction. ``facts`` hold no personal data."""
    Entry.objects.create(
        at=at, actor=actor, action=action, subject=subject, facts=dict(facts or {})
    )


def chain() -> int:
    """Chain the rows that are not chained yet; return how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER])
            if not cursor.fetchone()[0]:
                return 0
        fresh = list(Entry.objects.filter(position__isnull=True).order_by("pk")[:_BATCH])
        last = Entry.objects.filter(position__isnull=False).order_by("-position").first()
        before, position = (last.chain, last.position) if last else ("", 0)
        for entry in fresh:
            position = entry.position = (position or 0) + 1
            before = entry.chain = link(before, entry)
        Entry.objects.bulk_update(fresh, ["position", "chain"])
    return len(fresh)


def link(before: str, entry: Entry) -> str:
    """The chain value of an entry that follows ``before``."""
    body = [
        before, entry.pk, entry.at.astimezone(UTC).isoformat(), entry.actor, entry.action,
        entry.subject, entry.facts,
    ]  # fmt: skip
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken() -> int | None:
    """The position at which the chain first breaks: a row changed or missing. None when it holds."""
    before = ""
    sealed = Entry.objects.filter(position__isnull=False).order_by("position")
    for expected, entry in enumerate(sealed.iterator(chunk_size=2000), start=1):
        if entry.position != expected or entry.chain != link(before, entry):
            return expected
        before = entry.chain
    return None
