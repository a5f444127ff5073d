"""Lines as routes, and their operators as agencies."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from accounts.organisations.models import Organisation
from transport.feeds.cells import unpack
from transport.feeds.exporting.outgoing import Outgoing
from transport.feeds.gtfs.rows.service import Agency, Route
from transport.feeds.meanings import Values, route_values
from transport.feeds.models import Feed, FeedRoute
from transport.lines.models import ShuttleLine

_NAMES = ("name_zh", "name_en")


def add_routes(out: Outgoing, lines: Sequence[ShuttleLine]) -> None:
    """Write the feed's routes and those of ``lines`` that are not among them."""
    if out.known:
        for name, organisation in out.known.agencies.items():
            out.agencies.setdefault(organisation, name or None)
        _rename_agencies(out, out.known)
    rows = FeedRoute.objects.filter(feed=out.known, is_current=True)
    known = [
        (unpack(each.row, "routes"), each.line)
        for each in rows.select_related("line__organisation", "line__region")
    ]
    out.routes = {line.pk: row.route_id for row, line in known}
    for row, line in known:
        _bring_up_to_date(out, row, line)
        out.feed.routes.append(row)
    names = out.names("routes", "route_id")
    for line in lines:
        if line.pk not in out.routes:
            out.routes[line.pk] = names.keep(line.slug)
            out.feed.routes.append(_written(out, line))
    _say_agencies(out)


def _bring_up_to_date(out: Outgoing, row: Route, line: ShuttleLine) -> None:
    was = route_values(row, out.words)
    names_were, names_are = _pair(was), (line.name_zh, line.name_en)
    if names_were != names_are:
        text = row.route_long_name
        row.route_long_name = out.say(
            "routes", "route_long_name", row.route_id, text, names_were, names_are
        )
    if was["short_name"] != line.short_name:
        row.route_short_name = line.short_name or None
    if was["mode"] != line.mode:
        row.route_type = line.mode
    if was["colour"] != line.colour:
        row.route_color = line.colour or None
    if was["text_colour"] != line.text_colour:
        row.route_text_color = line.text_colour or None
    if _organisation_of(out, row) != line.organisation_id:
        row.agency_id = _agency_of(out, line)


def _rename_agencies(out: Outgoing, known: Feed) -> None:
    """Agencies whose organisation was renamed since the feed came go out under its name."""
    organisations = Organisation.objects.in_bulk(set(known.agencies.values()))
    for row in out.feed.agency:
        name = row.agency_id or ""
        was = known.agency_names.get(name)
        now = organisations.get(known.agencies.get(name))
        if was is None or now is None or (now.name_zh, now.name_en) == tuple(was):
            continue
        pair = (now.name_zh, now.name_en)
        text = row.agency_name
        row.agency_name = out.say("agency", "agency_name", name, text, (was[0], was[1]), pair)


def _say_agencies(out: Outgoing) -> None:
    """Where there is more than one agency, nothing may leave open whose it is."""
    if len(out.feed.agency) > 1:
        first = out.feed.agency[0].agency_id
        for route in out.feed.routes:
            route.agency_id = route.agency_id or first
        for fare in out.feed.fare_attributes:
            fare.agency_id = fare.agency_id or first


def _organisation_of(out: Outgoing, row: Route) -> int:
    agencies = out.known.agencies if out.known else {}
    return int(agencies.get(row.agency_id or "") or next(iter(agencies.values())))


def _pair(values: Values) -> tuple[str, str]:
    return values["name_zh"], values["name_en"]


def _written(out: Outgoing, line: ShuttleLine) -> Route:
    name = out.routes[line.pk]
    pair = (line.name_zh, line.name_en)
    return Route(
        route_id=name,
        route_type=line.mode,
        agency_id=_agency_of(out, line),
        route_short_name=line.sign,
        route_long_name=out.say("routes", "route_long_name", name, None, ("", ""), pair),
        route_color=line.colour or None,
        route_text_color=line.text_colour or None,
    )


def _agency_of(out: Outgoing, line: ShuttleLine) -> str | None:
    """The agency of a line's operator; written where there is none yet."""
    organisation: Organisation = line.organisation
    if organisation.pk not in out.agencies:
        if any(agency.agency_id is None for agency in out.feed.agency):
            # A feed whose only agency has no id cannot have another one.
            return None
        name = out.names("agency", "agency_id").keep(organisation.slug)
        out.agencies[organisation.pk] = name
        pair = (organisation.name_zh, organisation.name_en)
        out.feed.agency.append(
            Agency(
                agency_name=out.say("agency", "agency_name", name, None, ("", ""), pair),
                agency_url=settings.SITE_URL,
                agency_timezone=line.tz.key,
                agency_id=name,
                agency_lang=out.words.language or None,
            )
        )
    return out.agencies[organisation.pk]
