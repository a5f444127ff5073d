"""The loader of how many people may be inside each area at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from kernel.places.loading import Folder, RegionFacts, Row, Tally, merge, provenance
from kernel.places.models import Region
from tourism.areas.models import ScenicArea
from tourism.crowd.models import Watch

_PERCENTS = ("first_percent", "second_percent", "third_percent")
_COLUMNS = ("area_id", "instant_cap", *_PERCENTS, "source", "confidence")


class LimitsLoader:
    """Reads crowd_limits.csv, where a region has one."""

    name = "people inside at most"

    def check(self, folder: Folder, facts: RegionFacts) -> list[dict[str, Any]]:
        return folder.sheet("crowd_limits.csv", _limit, columns=_COLUMNS, required=False)

    def write(
        self, parsed: list[dict[str, Any]], *, region: Region, at: datetime
    ) -> Sequence[Tally]:
        """What an operator has set, or confirmed with the area, stays."""
        areas = ScenicArea.objects.filter(region=region, confirmed_at__isnull=True)
        ids = dict(areas.values_list("slug", "pk"))
        rows = [
            {"area_id": ids[row["area"]], **{k: v for k, v in row.items() if k != "area"}}
            for row in parsed
            if row["area"] in ids
        ]
        return [merge(Watch.objects.filter(area__region=region), key=("area_id",), rows=rows)]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def _limit(row: Row) -> dict[str, Any]:
    percents = {name: row.whole(name, least=1, most=99) for name in _PERCENTS}
    if row.is_good and sorted(set(percents.values())) != list(percents.values()):
        row.bad("second_percent", _("Each level begins above the one before."))
    area = row.ref("area_id", "area")
    row.define("limit", "area_id", area)
    return {
        "area": area,
        "instant_cap": row.whole("instant_cap", least=1, most=1_000_000),
        **percents,
        **provenance(row),
    }
