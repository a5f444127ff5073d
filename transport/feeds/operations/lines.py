"""The routes of a feed as shuttle lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext

from kernel.places.loading import merge
from transport.feeds.cells import pack
from transport.feeds.gtfs.rows.service import Route
from transport.feeds.meanings import Values, route_values
from transport.feeds.models import FeedRoute
from transport.feeds.operations.incoming import Incoming
from transport.feeds.patterns import PatternPlan, Timetable
from transport.feeds.slugs import Slugs
from transport.lines.models import MOST_SEATS, LineKind, ShuttleLine

_MOST_SLUG, _MOST_MINUTES = 60, 32_767
_SEATS = {0: 120, 1: 200, 2: 200, 3: 45, 4: 100, 5: 40, 6: 8, 7: 60, 11: 60, 12: 100}
"""Seats of a vehicle by mode, where nobody has said better: what such vehicles usually have."""
_LADDER = "0:1000"


def put_lines(incoming: Incoming, timetable: Timetable) -> str:
    """Merge the lines of a feed; remember which is which.

    Seats can be booked where every ride of every trip has a fare.
    """
    lines = ShuttleLine.objects.filter(region=incoming.region)
    before = {
        row.gtfs_id: row
        for row in FeedRoute.objects.filter(feed=incoming.feed).select_related("line")
    }
    taken = Slugs(lines.values_list("slug", flat=True), _MOST_SLUG)
    patterns: dict[str, list[PatternPlan]] = defaultdict(list)
    for plan in timetable.patterns:
        patterns[plan.route_id].append(plan)
    terms = _terms(incoming)
    slugs = {
        row.route_id: before[row.route_id].line.slug
        if row.route_id in before
        else taken.make(row.route_id)
        for row in incoming.data.routes
    }
    tally = merge(
        lines,
        key=("slug",),
        rows=[
            {
                "slug": slugs[row.route_id],
                **_values(incoming, row, patterns[row.route_id]),
                **terms,
                **incoming.provenance,
            }
            for row in incoming.data.routes
        ],
    )
    ids = dict(lines.values_list("slug", "pk"))
    incoming.lines.update({name: ids[slug] for name, slug in slugs.items()})
    _remember(incoming)
    return f"+{tally.added} ~{tally.changed} ={tally.same} kept {tally.kept}"


def _values(incoming: Incoming, row: Route, patterns: list[PatternPlan]) -> Values:
    zones = {each.agency_id: each.agency_timezone for each in incoming.data.agency}
    zone = zones.get(row.agency_id) or next(iter(zones.values()))
    is_bookable = bool(patterns) and all(plan.rides for plan in patterns)
    seconds = max((plan.stops[-1]["arrives_s"] for plan in patterns), default=0)
    values = route_values(row, incoming.words)
    return {
        "region_id": incoming.region.pk,
        "organisation_id": incoming.organisation_of(row),
        **values,
        "kind": (LineKind.TOURIST if is_bookable else LineKind.CITY).value,
        "time_zone": "" if ZoneInfo(zone) == incoming.region.tz else zone,
        "is_bookable": is_bookable,
        "seats": min(incoming.seats or _SEATS.get(values["mode"], _SEATS[3]), MOST_SEATS),
        "ride_min": min(-(-seconds // 60), _MOST_MINUTES),
        "metres": max((plan.metres[-1] for plan in patterns), default=0),
    }


def _terms(incoming: Incoming) -> Values:
    """The refund terms that most other lines of the region have; all back until departure if none."""
    others = ShuttleLine.objects.filter(region=incoming.region)
    others = others.exclude(feed_route__feed=incoming.feed).order_by("pk")
    known = Counter(others.values_list("refund_ladder", "refund_words_zh", "refund_words_en"))
    if known:
        ladder, zh, en = known.most_common(1)[0][0]
    else:
        ladder, (zh, en) = _LADDER, map(_usual_terms, ("zh-hans", "en"))
    return {"refund_ladder": ladder, "refund_words_zh": zh, "refund_words_en": en}


def _usual_terms(language: str) -> str:
    with translation.override(language):
        return gettext("Free cancellation until departure; nothing after that.")


def _remember(incoming: Incoming) -> None:
    rows = FeedRoute.objects.filter(feed=incoming.feed)
    rows.filter(gtfs_id__in=incoming.lines).delete()
    rows.update(is_current=False)
    FeedRoute.objects.bulk_create(
        [
            FeedRoute(
                feed=incoming.feed,
                gtfs_id=row.route_id,
                row=pack(row, "routes"),
                line_id=incoming.lines[row.route_id],
            )
            for row in incoming.data.routes
        ],
        batch_size=2000,
    )
