"""The waiting list: places that came free, handed out to 100,000 parties that wait, orders placed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Sum

from bookings import registry
from bookings.contracts import Ask, Member, Offer
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket, Return
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Entry, EntryState, Place
from kernel import clock, seals
from kernel.errors import Refusal
from kernel.places.models import Region

ENTRIES, PLACES, WARM = 100_000, 4_000, 500
WISHES, LARGEST = 2, 4
"""A party has one wish or two, and up to so many people."""
_ROOM, _AT_ONCE = 1_000_000, 10_000

_JOIN = """
    WITH thing AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(things)s) AS t(
            place int, ref text, kind text, supplier bigint, class text, title jsonb,
            starts_at timestamptz, ends_at timestamptz, price bigint, bucket bigint
        )
    ), party AS MATERIALIZED (
        SELECT n, 1 + n %% %(things_n)s AS first, 1 + (n * 7919 / 13) %% %(largest)s AS size,
            1 + (n * 104729 / 17) %% %(wishes)s AS wishes
        FROM generate_series(%(first)s::bigint, %(last)s) AS n
    ), entry AS (
        INSERT INTO bookings_waitlist_entry (
            region_id, organisation_id, actor, request_key, kind, party, owners, size, limit_fen,
            pay_by, language, contact_sealed, contact_masked, state, pay_trouble, joined_at
        )
        SELECT %(region)s, t.supplier, 'guest:bench' || n, 'join', t.kind,
            (SELECT jsonb_agg(jsonb_build_array(one.code, 0))
                FROM (SELECT t.class AS code FROM generate_series(1, size)) AS one),
            '[]', size, 100000000, '', (ARRAY['zh-hans', 'en'])[1 + (n %% 2)::int],
            %(contact)s, '161****0000', 'WAITING', '', %(at)s
        FROM party JOIN thing AS t ON t.place = first ORDER BY n
        RETURNING id, actor
    ), numbered AS (
        SELECT entry.id, party.* FROM entry JOIN party ON entry.actor = 'guest:bench' || n
    ), waiter AS (
        INSERT INTO bookings_waitlist_waiter (entry_id, scope, identity)
        SELECT id, 'bench', n::text FROM numbered
    ), wanted AS MATERIALIZED (
        SELECT e.id AS entry, e.size, g AS position, t.* FROM numbered AS e
        CROSS JOIN generate_series(0, e.wishes - 1) AS g
        JOIN thing AS t ON t.place = 1 + (e.first - 1 + g) %% %(things_n)s
    ), wish AS (
        INSERT INTO bookings_waitlist_wish (
            entry_id, position, ref, title, subtitle, starts_at, ends_at, total_fen, buckets
        )
        SELECT entry, position, ref, title, '{}', starts_at, ends_at, price * size,
            jsonb_build_array(bucket)
        FROM wanted RETURNING id, entry_id, position
    )
    INSERT INTO bookings_waitlist_place (entry_id, wish_id, bucket_id, units, since)
    SELECT entry, wish.id, bucket, size, %(at)s
    FROM wish JOIN wanted ON wanted.entry = entry_id AND wanted.position = wish.position
"""


@dataclass(frozen=True, slots=True)
class Full:
    """A thing that is sold out: ``bucket`` is the one that has no room."""

    offer: Offer
    class_code: str
    bucket: int


def figures(
    region: Region, *, entries: int = ENTRIES, places: int = PLACES, warm: int = WARM
) -> dict[str, Any]:
    """Places a second that came free and were matched: served by the worker, orders placed and held.

    ``entries`` parties wait for the entry times of the coming week, each for one or two of them; what
    comes free is one to three places at once, by more capacity. On a throw-away database.
    """
    at, chance = clock.now(), Random(11)  # noqa: S311 - the same stream in every run
    began = time.perf_counter()
    full = _sell_out(region, at)
    _join(region, full, entries, at)
    filled = time.perf_counter()
    _come_free(full, warm, chance, at)
    waitlist.serve(region_id=region.pk, owner="bench", at=at)
    before = _matched(region)
    waiting = Entry.objects.filter(region=region, state=EntryState.WAITING).count()
    returns = _come_free(full, places, chance, at)
    freed = time.perf_counter()
    won = waitlist.serve(region_id=region.pk, owner="bench", at=at)
    took = time.perf_counter() - freed
    matched = _matched(region) - before
    return {
        "waitlist_serve_per_s": round(matched / took),
        "waitlist_waiting": waiting,
        "waitlist_lines": Place.objects.filter(entry__region=region).count(),
        "waitlist_returns": returns,
        "waitlist_freed": places,
        "waitlist_matched": matched,
        "waitlist_orders": won,
        "waitlist_unserved": Return.objects.filter(region=region, served_at=None).count(),
        "waitlist_seconds": round(took, 2),
        "waitlist_fill_s": round(filled - began, 2),
    }


def _sell_out(region: Region, at: datetime) -> list[Full]:
    """Things without names of the coming week: no room in themselves, plenty in all they share."""
    things = _things(region, at)
    shared = {b for offer, _c in things for b in _buckets(offer)} - {_own(o) for o, _c in things}
    Bucket.objects.filter(pk__in=shared).update(capacity=_ROOM)
    for offer, _code in things:
        [(_bucket, taken)] = Bucket.objects.filter(pk=_own(offer)).values_list("pk", "taken")
        inventory.reshape(bucket_id=_own(offer), capacity=taken, at=at)
    inventory.await_units({_own(offer) for offer, _code in things})
    return [Full(offer, code, _own(offer)) for offer, code in things]


def _things(region: Region, at: datetime) -> list[tuple[Offer, str]]:
    day = region.local_date(at) + timedelta(days=1)
    found = [
        (each, each.classes[0])
        for seller in registry.list_all()
        for each in seller.browse(
            region_id=region.pk, supplier_id=None, first=day, last=day + timedelta(days=6)
        )
    ]
    asks = [Ask(each.kind, each.ref, (Member(class_code=code),)) for each, code in found]
    answers = registry.offer_all(asks, at=at)
    offers = [
        (answer[0], code)
        for answer, (_each, code) in zip(answers, found, strict=True)
        if not isinstance(answer, Refusal) and not answer[0].needs_names
    ]
    own = {_own(offer): (offer, code) for offer, code in offers}
    return [own[bucket] for bucket in sorted(own)]


def _buckets(offer: Offer) -> list[int]:
    return [demand.bucket_id for demand in offer.all_demands()]


def _own(offer: Offer) -> int:
    """The bucket of the thing itself comes first."""
    return _buckets(offer)[0]


def _join(region: Region, full: Sequence[Full], entries: int, at: datetime) -> None:
    """Rows as joining writes them, thousands in a statement."""
    things = [
        {
            "place": place, "ref": each.offer.ref, "kind": each.offer.kind,
            "supplier": each.offer.supplier_id, "class": each.class_code,
            "title": dict(each.offer.title), "starts_at": each.offer.starts_at,
            "ends_at": each.offer.ends_at, "price": each.offer.price_fen, "bucket": each.bucket,
        }
        for place, each in enumerate(full, 1)
    ]  # fmt: skip
    facts: dict[str, Any] = {
        "things": msgspec.json.encode(things).decode(), "things_n": len(things),
        "largest": LARGEST, "wishes": WISHES, "region": region.pk, "at": at,
        "contact": seals.seal("16100000000", purpose="phone"),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for first in range(1, entries + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, entries)
            cursor.execute(_JOIN, {**facts, "first": first, "last": last})
        for table in ("entry", "wish", "place"):
            cursor.execute(f"ANALYZE bookings_waitlist_{table}")


def _come_free(full: Sequence[Full], places: int, chance: Random, at: datetime) -> int:
    """So many places, one to three at once, here and there; in how many returns."""
    capacity = dict(
        Bucket.objects.filter(pk__in=[e.bucket for e in full]).values_list("pk", "capacity")
    )
    left, returns = places, 0
    while left:
        bucket, units = chance.choice(full).bucket, min(left, chance.randint(1, 3))
        capacity[bucket] += units
        inventory.reshape(bucket_id=bucket, capacity=capacity[bucket], at=at)
        left, returns = left - units, returns + 1
    return returns


def _matched(region: Region) -> int:
    """Places that were won, by the orders that are there."""
    rows = Entry.objects.filter(region=region, order__isnull=False)
    return int(rows.aggregate(n=Sum("size"))["n"] or 0)
