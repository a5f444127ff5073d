"""Versions of a feed that come from the back office: sent, checked, looked at, taken in.

One at a time on the whole site, by a worker: a large feed takes a minute, and workers have other work.
"""

from __future__ import annotations

import io
import logging
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from kernel import clock
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.leases import operations as leases
from kernel.naming import EN, ZH
from kernel.places.models import Region
from transport.feeds import gtfs, queries
from transport.feeds.gtfs.faults import Fault
from transport.feeds.models import Step, Upload, UploadState
from transport.feeds.operations.importing import OtherVersion, import_feed, understood
from transport.feeds.operations.previewing import preview

MOST_BYTES = 60_000_000
"""The largest zip that a page takes; the command takes what is larger."""
_LEASE, LEASE_S = "feeds.uploads", 960
_log = logging.getLogger("quanyu.feeds")


class NotReady(Refusal):
    """Somebody decided before, or it is not checked yet."""

    code = "not_ready"
    message = _("This upload cannot be decided (any more): %(state)s.")


class TooLarge(Refusal):
    """A page takes no zip of that size."""

    code = "too_large"
    status = 400
    message = _("The file has %(size)s bytes; at most %(most)s are taken here.")


class TheirFeed(Refusal):
    """The lines of this feed are somebody else's."""

    code = "their_feed"
    message = _("The feed %(slug)s is another operator's. Please choose another short name.")


def send(
    *,
    region: Region,
    organisation: Organisation | None,
    slug: str,
    name: str,
    content: bytes,
    actor: str,
    at: datetime,
) -> Upload:
    """Keep a zip to be checked; what waits of the same feed is discarded. Audited.

    What another operator has sent is discarded by the platform alone: before a feed is there its name
    is nobody's, and who comes first with a good version has it.

    :raises TooLarge: nothing was kept. :raises TheirFeed: the feed has lines of other operators.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(field="file", size=len(content), most=MOST_BYTES)
    if queries.is_others(region, slug, organisation):
        raise TheirFeed(field="slug", slug=slug)
    with transaction.atomic():
        waiting = Upload.objects.filter(region=region, slug=slug)
        if organisation is not None:
            waiting = waiting.filter(organisation=organisation)
        waiting.filter(state__in=(UploadState.WAITING, UploadState.READY)).update(
            state=UploadState.DISCARDED, content=None, decided_by=actor, decided_at=at, ended_at=at
        )
        made = Upload.objects.create(
            region=region, organisation=organisation, slug=slug, name=name[:200],
            size=len(content), content=content, uploaded_by=actor, uploaded_at=at,
        )  # fmt: skip
        _note(made, "feeds.upload", actor, at)
    return made


def accept(*, upload_id: int, actor: str, at: datetime) -> None:
    """Take a checked version in; a worker begins within seconds. Audited.

    :raises NotReady: it is not there to be decided.
    """
    _decide(upload_id, UploadState.ACCEPTED, actor, at, step=Step.QUEUED)


def discard(*, upload_id: int, actor: str, at: datetime) -> None:
    """Leave everything as it is. Audited. :raises NotReady: it is not there to be decided."""
    _decide(upload_id, UploadState.DISCARDED, actor, at, content=None, ended_at=at)


def work_off(*, at: datetime) -> int:
    """Check what was sent and take in what was accepted, one after the other; how many.

    Nothing while another worker is at it.
    """
    owner, count = uuid.uuid4().hex, 0
    while _due().exists() and _hold(owner, LEASE_S):
        # Looked for under the lease: who held it until now may have done it.
        upload = _due().select_related("region", "organisation").order_by("pk").first()
        if upload is not None:
            _work(upload, at)
            count += 1
        _hold(owner, 0)
    return count


def _hold(owner: str, seconds: int) -> bool:
    """Whether nobody else is at it; for nothing: let the next one."""
    return leases.take(key=_LEASE, owner=owner, seconds=seconds, at=clock.now()) is not None


def _due() -> QuerySet[Upload]:
    return Upload.objects.filter(state__in=(UploadState.WAITING, UploadState.ACCEPTED))


def _work(upload: Upload, at: datetime) -> None:
    """Whatever happens, it ends in a state that a person can see."""
    try:
        if upload.state == UploadState.WAITING:
            _check(upload, at)
        else:
            _apply(upload, at)
    except gtfs.BadFeed as bad:
        _refuse(upload, bad.report, at)
    except Refusal as refusal:
        _end(upload, UploadState.REFUSED, at, reason=_in_both(refusal))
    except Exception:  # noqa: BLE001 - a person waits for an end
        _log.exception("upload %s failed", upload.pk)
        _end(upload, UploadState.FAILED, at)


def _check(upload: Upload, at: datetime) -> None:
    """:raises TheirFeed: since it was sent, the feed has become another operator's."""
    if queries.is_others(upload.region, upload.slug, upload.organisation):
        raise TheirFeed(slug=upload.slug)
    _go_to(upload, Step.READING)
    reading = gtfs.read(io.BytesIO(bytes(upload.content or b"")))
    _go_to(upload, Step.COMPARING)
    known = queries.feed_of(upload.region, upload.slug)
    timetable, words = understood(upload.region.slug, reading.feed)
    changes = preview(known, upload.region, reading.feed, timetable, words, at)
    waiting = Upload.objects.filter(pk=upload.pk, state=UploadState.WAITING)
    waiting.update(
        state=UploadState.READY,
        notes=_rows(reading.report.notes),
        note_count=reading.report.note_count,
        changes=changes,
        seen_sha256=known.sha256 if known else "",
    )


def _apply(upload: Upload, at: datetime) -> None:
    """As it was looked at: where another version came in meanwhile, it is checked and shown again."""
    _go_to(upload, Step.READING)
    try:
        import_feed(
            source=io.BytesIO(bytes(upload.content or b"")),
            region_slug=upload.region.slug,
            slug=upload.slug,
            organisation=upload.organisation.slug if upload.organisation else "",
            actor=upload.decided_by,
            at=at,
            seen=upload.seen_sha256,
            step=lambda step, done, total: _go_to(upload, step, done, total),
        )
    except OtherVersion as other:
        again = Upload.objects.filter(pk=upload.pk)
        again.update(state=UploadState.WAITING, step=Step.QUEUED, reason=_in_both(other))
        return
    _end(upload, UploadState.APPLIED, at)


def _go_to(upload: Upload, step: Step, done: int = 0, total: int = 0) -> None:
    Upload.objects.filter(pk=upload.pk).update(step=step, done=done, total=total)


def _refuse(upload: Upload, report: gtfs.Report, at: datetime) -> None:
    _end(
        upload,
        UploadState.REFUSED,
        at,
        faults=_rows(report.faults),
        fault_count=report.fault_count,
        notes=_rows(report.notes),
        note_count=report.note_count,
    )


def _end(upload: Upload, state: UploadState, at: datetime, **facts: Any) -> None:
    open_ones = Upload.objects.filter(pk=upload.pk).exclude(state=UploadState.DISCARDED)
    open_ones.update(state=state, content=None, ended_at=at, **facts)


def _decide(upload_id: int, state: UploadState, actor: str, at: datetime, **facts: Any) -> None:
    with transaction.atomic():
        ready = Upload.objects.filter(pk=upload_id, state=UploadState.READY)
        moved = ready.update(state=state, decided_by=actor, decided_at=at, **facts)
        upload = Upload.objects.get(pk=upload_id)
        if not moved:
            raise NotReady(state=upload.get_state_display())
        _note(upload, f"feeds.{state.lower()}", actor, at)


def _note(upload: Upload, action: str, actor: str, at: datetime) -> None:
    facts = {"feed": f"{upload.region.slug}/{upload.slug}", "bytes": upload.size}
    audit.record(actor=actor, action=action, subject=f"upload:{upload.pk}", facts=facts, at=at)


def _rows(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults as they are kept: where, and why in each language."""
    return [
        {"file": each.file, "line": each.line, "column": each.column, **_in_both(each)}
        for each in faults
    ]


def _in_both(told: Fault | Refusal) -> dict[str, str]:
    found = {}
    for language in (ZH, EN):
        with translation.override(language):
            found[language] = str(told.reason)
    return found
