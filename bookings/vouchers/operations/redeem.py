"""Letting people in and out: codes are shown at posts, and vouchers of these places are used.

``redeem_many`` is the only writer of passages. Steps, whose order may not change:
1. outside any transaction: whose codes they are;
2. one short transaction: the lines are locked in key order, before the vouchers, as cancelling does;
   what was answered before is answered so again; of the rest it is asked whether their codes are still
   the newest, and whether their passes are barred; then it is decided in memory, in the order of the
   scans; one guarded UPDATE of all vouchers, one INSERT of all passages, the money, the lines, the news.
Who is first is decided by the guard; UNIQUE (voucher, entry) and CHECKs stand behind it. A refusal of
one leaves the others; every refusal is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction

from bookings.dues import queries as dues
from bookings.vouchers import bars, posts, queries
from bookings.vouchers.models import Pass, Redemption, TurnedAway
from bookings.vouchers.operations import held as holding_of
from bookings.vouchers.operations import repeats, resolving, surplus, writing
from bookings.vouchers.operations.deciding import Verdict, decide
from bookings.vouchers.operations.refusals import AlreadyUsed, HowMany, InsideAlready, NotThisDoor
from bookings.vouchers.operations.repeats import Arrival
from bookings.vouchers.operations.resolving import Shown, resolve
from bookings.vouchers.operations.scans import Redeemed, Scan
from bookings.vouchers.posts import Post
from kernel.errors import Busy, Refusal
from kernel.naming import say
from kernel.postgres import rivals

Outcome = Redeemed | Refusal


def redeem(
    *,
    text: str,
    post: Post,
    actor: str,
    request_key: str,
    at: datetime,
    persons: int | None = None,
) -> Redeemed:
    """Use one entry of the code's voucher for this post, or of as many as ``persons`` enter.

    ``text`` is a scanned code or a typed short code. A named pass lets in its holder; a pass without
    names lets in ``persons``, or everybody who is left. The same ``request_key`` of the same actor
    with the same code gets the same answer and uses nothing again. Every refusal is kept.

    :raises Refusal: Forged, Expired, UnknownCode, Superseded, NotOurs, WrongPlace, OnlyBeside,
        NotThisDoor, TooEarly, TooLate, ReentryOver, AlreadyUsed, InsideAlready, NotInside, Voided,
        RestUnpaid, NotEnough; nothing was used.
    """
    scan = Scan(post, actor, request_key, at, text=text, persons=persons)
    return said(redeem_many([scan], at=at)[0])


def redeem_many(scans: Sequence[Scan], *, at: datetime) -> list[Outcome]:
    """Decide scans together, each with its own outcome, in the order given.

    ``at`` is now; each scan says when it was scanned. One that happened offline is kept whatever comes
    of it: where it gave no entry, as a surplus. Refusals speak the active language.
    """
    return redeem_shown(scans, resolve(scans), at=at)


def redeem_shown(
    scans: Sequence[Scan], shown: Sequence[Shown | Refusal], *, at: datetime
) -> list[Outcome]:
    """``redeem_many`` of scans whose passes are known (from ``resolve``), place by place."""
    alive = [
        Arrival(_as_shown(scan, who), who)
        for scan, who in zip(scans, shown, strict=True)
        if isinstance(who, Shown)
    ]
    answers = iter(_decide_all(alive, at) if alive else [])
    outcomes = [who if isinstance(who, Refusal) else next(answers) for who in shown]
    _keep([(s, o) for s, o in zip(scans, outcomes, strict=True) if isinstance(o, Refusal)])
    return outcomes


def _as_shown(scan: Scan, who: Shown) -> Scan:
    """A code that says how it is carried knows better than who scans it."""
    return scan if who.fallback is None else replace(scan, fallback=who.fallback)


def look(scan: Scan) -> Redeemed:
    """Who would pass by a scan; nothing is used and nothing kept.

    :raises Refusal: as ``redeem``.
    """
    who = resolve([scan])[0]
    if isinstance(who, Refusal):
        raise who
    verdict = _decide([Arrival(scan, who)])[0]
    return said(_outcomes([verdict], {})[0])


def said(outcome: Outcome) -> Redeemed:
    """The answer of one scan, or its refusal raised."""
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _decide_all(arrivals: Sequence[Arrival], at: datetime) -> list[Outcome]:
    """One transaction for all; once more where a voucher was moved by who locks no line."""
    for _ in range(rivals.TRIES):
        try:
            return rivals.try_again(partial(_decide_once, arrivals, at))
        except writing.MovedMeanwhile:
            continue
    return [Busy() for _arrival in arrivals]


def _decide_once(arrivals: Sequence[Arrival], at: datetime) -> list[Outcome]:
    firsts: dict[repeats.Identity, Arrival] = {}
    for arrival in arrivals:
        firsts.setdefault(arrival.identity, arrival)
    scans = [arrival.scan for arrival in firsts.values()]
    with transaction.atomic(durable=True):
        holding_of.lock_lines(scans, _carriers(arrivals))
        answers: dict[repeats.Identity, Outcome] = {**repeats.told_before(firsts)}
        fresh = [arrival for key, arrival in firsts.items() if key not in answers]
        if fresh:
            answers |= zip((each.identity for each in fresh), _let_pass(fresh, at), strict=True)
    return [_again(answers[a.identity], a is firsts[a.identity]) for a in arrivals]


def _let_pass(arrivals: Sequence[Arrival], at: datetime) -> list[Outcome]:
    verdicts = _decide(arrivals)
    rows = writing.write(verdicts, at)
    surplus.write(verdicts, at)
    return _outcomes(verdicts, rows)


def _decide(arrivals: Sequence[Arrival]) -> list[Verdict]:
    holding = holding_of.load([each.scan for each in arrivals], _carriers(arrivals))
    owing = dues.unpaid_before_use({h.voucher.line_id for some in holding.values() for h in some})
    passes = {pk: some[0].voucher.carrier for pk, some in holding.items()}
    old = resolving.superseded([each.shown for each in arrivals], passes)
    barred = bars.barred(set(holding))
    return [
        decide(
            each.scan,
            each.shown.carrier,
            holding.get(each.shown.carrier.pk, []),
            owing,
            is_old=each.shown in old,
            is_barred=(each.shown.carrier.pk, each.scan.post.organisation_id) in barred,
        )
        for each in arrivals
    ]


def _carriers(arrivals: Sequence[Arrival]) -> dict[int, Pass]:
    return {each.shown.carrier.pk: each.shown.carrier for each in arrivals}


def _again(outcome: Outcome, is_first: bool) -> Outcome:
    """Copies of a request in one group share what became of the first one."""
    if is_first or isinstance(outcome, Refusal):
        return outcome
    return replace(outcome, is_repeat=True)


def _outcomes(verdicts: Sequence[Verdict], rows: Mapping[int, Redemption]) -> list[Outcome]:
    """What each scan is told; ``rows`` are the first passages by the id of their verdict."""
    spent = [
        verdict.refusal.voucher.pk
        for verdict in verdicts
        if isinstance(verdict.refusal, AlreadyUsed | InsideAlready) and verdict.refusal.voucher
    ]
    entries = queries.last_entries(spent) if spent else {}
    told = [_outcome(verdict, rows.get(id(verdict)), entries) for verdict in verdicts]
    return [
        _with_doors(outcome, verdict.scan) if isinstance(outcome, NotThisDoor) else outcome
        for outcome, verdict in zip(told, verdicts, strict=True)
    ]


def _with_doors(refusal: NotThisDoor, scan: Scan) -> NotThisDoor:
    """With the doors' names instead of their keys; a door that is no post any more keeps its key."""
    titles = {
        post.door: say(post.title)
        for post in posts.of_zone(
            scan.post.zone, organisation_id=scan.post.organisation_id, at=scan.at
        )
    }
    doors = [titles.get(door, door) for door in refusal.doors]
    return NotThisDoor(voucher=refusal.voucher, doors=doors)


def _outcome(
    verdict: Verdict, row: Redemption | None, entries: Mapping[int, Redemption]
) -> Outcome:
    refusal = verdict.refusal
    if refusal is not None and not verdict.main and not verdict.surplus:
        return _in_words(refusal, entries)
    return Redeemed(
        vouchers=tuple(used.held.voucher for used in verdict.main),
        at=verdict.scan.at,
        also=tuple(used.held.voucher for used in verdict.also),
        surplus=bool(verdict.surplus),
        reason=refusal.code if refusal else "",
        redemption_id=row.pk if row else 0,
    )


def _in_words(refusal: Refusal, entries: Mapping[int, Redemption]) -> Refusal:
    """With where and when the entry was that used it up, if that is the reason."""
    if not isinstance(refusal, AlreadyUsed | InsideAlready) or refusal.voucher is None:
        return refusal
    voucher = refusal.voucher
    entry = entries[voucher.pk]
    used_at = entry.at.astimezone(voucher.line.order.region.tz)
    return type(refusal)(voucher=voucher, used_at=used_at, place=say(entry.place))


def _keep(refused: Sequence[tuple[Scan, Refusal]]) -> None:
    TurnedAway.objects.bulk_create(
        TurnedAway(
            organisation_id=scan.post.organisation_id,
            region_id=scan.post.region_id,
            zone=scan.post.zone,
            place=dict(scan.post.title),
            reason=refusal.code,
            voucher=getattr(refusal, "voucher", None),
            actor=scan.actor,
            at=scan.at,
        )
        for scan, refusal in refused
        if not isinstance(refusal, HowMany)
    )
