"""The loader of scenic areas: operators, areas, hours, gates, cableways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.organisations import operations as organisations
from accounts.organisations import queries as organisation_rows
from kernel.places.loading import (
    BadRegionData,
    Folder,
    Problem,
    RegionFacts,
    Tally,
    merge,
    put_places,
)
from kernel.places.models import Place, Region
from tourism.areas.loading.rows import AreaRow, Parsed, Values, read_all
from tourism.areas.models import (
    Cableway,
    Gate,
    OpeningHours,
    ScenicArea,
    SeasonName,
)


class AreasLoader:
    """Reads operators.csv, scenic_areas.csv, gates.csv and cableways.csv."""

    name = "scenic areas"

    def check(self, folder: Folder, facts: RegionFacts) -> Parsed:
        return read_all(folder)

    def write(self, parsed: Parsed, *, region: Region, at: datetime) -> Sequence[Tally]:
        suppliers = _put_operators(parsed.operators, region)
        tallies = [put_places([row.place for row in parsed.areas], region=region)]
        places = _ids(Place, region)
        for rows in (
            [row for row in parsed.areas if not row.part_of],
            [row for row in parsed.areas if row.part_of],
        ):
            tallies.append(_put_areas(rows, region, places, suppliers))
        areas = _open_to_files(region)
        return [
            *tallies,
            _put_hours([row for row in parsed.areas if row.slug in areas], region, areas),
            _put_gates(_of_areas(parsed.gates, areas), region, areas, places),
            _put_cableways(_of_areas(parsed.cableways, areas), region, areas, places),
        ]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def _ids(model: type[Place] | type[ScenicArea], region: Region) -> dict[str, int]:
    return dict(model.objects.filter(region=region).values_list("slug", "pk"))


def _open_to_files(region: Region) -> dict[str, int]:
    """Area id per slug of the areas whose hours, gates and cableways still follow the files.

    What belongs to a confirmed area is the operator's: nothing is added to it or changed any more.
    """
    areas = ScenicArea.objects.filter(region=region, confirmed_at__isnull=True)
    return dict(areas.values_list("slug", "pk"))


def _of_areas(rows: Sequence[Values], areas: dict[str, int]) -> list[Values]:
    return [row for row in rows if row["area"] in areas]


def _put_operators(rows: Sequence[Values], region: Region) -> dict[str, int]:
    """The organisation's id per slug.

    :raises BadRegionData: an organisation of another region is called so.
    """
    ids = {row["slug"]: organisations.found_supplier(region_id=region.pk, **row) for row in rows}
    own = set(organisation_rows.of_region(region.pk).values_list("pk", flat=True))
    strangers = [slug for slug, pk in ids.items() if pk not in own]
    if strangers:
        reason = _("“%(value)s” is an organisation of another region")
        raise BadRegionData(
            [Problem("operators.csv", 0, "id", reason % {"value": slug}) for slug in strangers]
        )
    return ids


def _put_areas(
    rows: Sequence[AreaRow], region: Region, places: dict[str, int], suppliers: dict[str, int]
) -> Tally:
    areas = _ids(ScenicArea, region)
    return merge(
        ScenicArea.objects.filter(region=region),
        key=("slug",),
        rows=[
            {
                "region_id": region.pk,
                "place_id": places[row.slug],
                "organisation_id": suppliers[row.operator],
                "part_of_id": areas[row.part_of] if row.part_of else None,
                **row.values,
            }
            for row in rows
        ],
    )


def _put_hours(rows: Sequence[AreaRow], region: Region, areas: dict[str, int]) -> Tally:
    return merge(
        OpeningHours.objects.filter(area__region=region),
        key=("area_id", "season"),
        rows=[
            {"area_id": areas[row.slug], "season": season.value, "opens": h[0], "closes": h[1]}
            for row in rows
            for season, h in ((SeasonName.PEAK, row.peak), (SeasonName.OFF, row.off))
            if h is not None
        ],
    )


def _put_gates(
    rows: Sequence[Values], region: Region, areas: dict[str, int], places: dict[str, int]
) -> Tally:
    return merge(
        Gate.objects.filter(area__region=region),
        key=("area_id", "slug"),
        rows=[
            {
                **{k: v for k, v in row.items() if k not in ("area", "place")},
                "area_id": areas[row["area"]],
                "place_id": places[row["place"]],
            }
            for row in rows
        ],
    )


def _put_cableways(
    rows: Sequence[Values], region: Region, areas: dict[str, int], places: dict[str, int]
) -> Tally:
    links = ("area", "from_place", "to_place")
    return merge(
        Cableway.objects.filter(area__region=region),
        key=("area_id", "slug"),
        rows=[
            {
                **{k: v for k, v in row.items() if k not in links},
                "area_id": areas[row["area"]],
                "from_place_id": places[row["from_place"]],
                "to_place_id": places[row["to_place"]],
            }
            for row in rows
        ],
    )
