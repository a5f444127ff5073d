"""The loader of mountains, and of posts at which one scan is good for gate and bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.organisations import queries as organisations
from bookings.vouchers.models import JointPost
from kernel.places.loading import Folder, RegionFacts, Row, Tally, merge, provenance
from kernel.places.models import Region
from portal.descent.models import Goes, Mountain, Way
from tourism.areas.models import Cableway, Gate
from transport.direct.models import DirectShuttle

MOUNTAINS, WAYS, JOINT = "mountains.csv", "mountain_ways.csv", "joint_posts.csv"
_MOUNTAIN_COLUMNS = (
    *("id", "name_zh", "name_en", "operator", "stay_min", "reserve", "lead_min", "bus_seats"),
    *("source", "confidence"),
)
_WAY_COLUMNS = ("mountain_id", "cableway", "line_id", "direction", "goes")
_JOINT_COLUMNS = (
    "line_id",
    "direction",
    "area_id",
    "gate_id",
    "at",
    "agreed",
    "source",
    "confidence",
)
_JOINT_KEY = ("organisation_id", "zone", "door", "partner_id", "also_zone")
_GOES = {"up": Goes.UP, "down": Goes.DOWN, "both": Goes.BOTH}

Values = dict[str, Any]


class DescentLoader:
    """Reads mountains.csv, mountain_ways.csv and joint_posts.csv, where a region has them."""

    name = "ways down"

    def check(self, folder: Folder, facts: RegionFacts) -> tuple[list[Values], ...]:
        sheets = ((MOUNTAINS, _mountain, _MOUNTAIN_COLUMNS), (WAYS, _way, _WAY_COLUMNS))
        joint = folder.sheet(JOINT, _joint, columns=_JOINT_COLUMNS, required=False)
        found = [folder.sheet(f, read, columns=c, required=False) for f, read, c in sheets]
        return (*found, joint)

    def write(
        self, parsed: tuple[list[Values], ...], *, region: Region, at: datetime
    ) -> Sequence[Tally]:
        mountains, ways, joint = parsed
        houses = {org.slug: org.pk for org in organisations.of_region(region.pk)}
        rows = [
            {
                **without(row, "operator"),
                "region_id": region.pk,
                "organisation_id": houses[row["operator"]],
            }
            for row in mountains
        ]
        put = merge(Mountain.objects.filter(region=region), key=("slug",), rows=rows)
        shuttles = _shuttles(region)
        _put_ways(ways, region, shuttles)
        return [put, _put_joint(joint, region, shuttles, at)]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def without(row: Values, *names: str) -> Values:
    """A row without some of its values."""
    return {name: value for name, value in row.items() if name not in names}


def _mountain(row: Row) -> Values:
    return {
        "slug": row.define("mountain", "id", row.slug("id")),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "operator": row.ref("operator", "operator"),
        "stay_min": row.whole("stay_min", most=720),
        "reserve": row.whole("reserve", most=1_000_000),
        "lead_min": row.whole("lead_min", most=600),
        "bus_seats": row.whole("bus_seats", least=1, most=200),
        **provenance(row),
    }


def _way(row: Row) -> Values:
    cableway, line = row.cells.get("cableway", ""), row.cells.get("line_id", "").lower()
    if bool(cableway) == bool(line):
        row.bad("cableway", _("either a cableway or a line, not both"))
    if line and ("line", line) not in row.folder.names:
        row.bad("line_id", _("there is no line “%s”") % line)
    return {
        "mountain": row.ref("mountain_id", "mountain"),
        "cableway": cableway,
        "shuttle": (line, row.choice("direction", ("out", "back"), blank=not line)),
        "goes": _GOES.get(row.choice("goes", _GOES), Goes.BOTH),
    }


def _joint(row: Row) -> Values:
    line = row.cells.get("line_id", "").lower()
    if ("line", line) not in row.folder.names:
        row.bad("line_id", _("there is no line “%s”") % line)
    return {
        "shuttle": (line, row.choice("direction", ("out", "back"))),
        "area": row.ref("area_id", "area"),
        "gate": row.text("gate_id", most=60),
        "at": row.choice("at", ("gate", "bus")),
        "is_agreed": row.choice("agreed", ("yes", "no")) == "yes",
        **provenance(row),
    }


def _shuttles(region: Region) -> dict[tuple[str, str], DirectShuttle]:
    rows = DirectShuttle.objects.filter(line__region=region).select_related("line", "pattern")
    return {(one.line.slug, one.pattern.slug): one for one in rows}


def _put_ways(
    rows: Sequence[Values], region: Region, shuttles: Mapping[tuple[str, str], DirectShuttle]
) -> None:
    """Ways that are not there yet; what operators have changed of a mountain that has some stays."""
    mountains = {one.slug: one for one in Mountain.objects.filter(region=region, ways=None)}
    lifts = {one.slug: one for one in Cableway.objects.filter(area__region=region)}
    Way.objects.bulk_create(
        Way(
            mountain=mountains[row["mountain"]],
            cableway=lifts.get(row["cableway"]),
            shuttle=shuttles.get(row["shuttle"]),
            goes=row["goes"],
        )
        for row in rows
        if row["mountain"] in mountains and (row["cableway"] in lifts or row["shuttle"] in shuttles)
    )


def _put_joint(
    rows: Sequence[Values],
    region: Region,
    shuttles: Mapping[tuple[str, str], DirectShuttle],
    at: datetime,
) -> Tally:
    """The joint posts; the file's word counts for the partner's until the partner has said something."""
    found = [(row, values) for row in rows for values in _joint_values(row, region, shuttles)]
    known = JointPost.objects.filter(organisation__region=region)
    tally = merge(known, key=_JOINT_KEY, rows=[values for _row, values in found])
    for row, values in found:
        if row["is_agreed"]:
            same = {name: values[name] for name in _JOINT_KEY}
            known.filter(**same, agreed_by="").update(agreed_at=at, agreed_by="file")
    return tally


def _joint_values(
    row: Values, region: Region, shuttles: Mapping[tuple[str, str], DirectShuttle]
) -> list[Values]:
    """One post at which gate and bus are used by the same scan: the gate's, or the bus's."""
    shuttle = shuttles.get(row["shuttle"])
    gate = Gate.objects.filter(area__region=region, area__slug=row["area"], slug=row["gate"])
    found = gate.select_related("area").first()
    if shuttle is None or found is None:
        return []
    bus, area = (
        (shuttle.line.organisation_id, shuttle.zone),
        (found.area.organisation_id, found.zone),
    )
    (house, zone), (partner, also) = (area, bus) if row["at"] == "gate" else (bus, area)
    return [
        {
            "organisation_id": house,
            "zone": zone,
            "door": found.slug if row["at"] == "gate" else "",
            "partner_id": partner,
            "also_zone": also,
            "source": row["source"],
            "confidence": row["confidence"],
        }
    ]
