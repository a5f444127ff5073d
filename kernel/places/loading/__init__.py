"""Loading regions from folders of CSV files: read, check, merge, lay out days."""

from kernel.places.loading.calendars import CalendarLoader
from kernel.places.loading.folders import Folder, RegionFacts
from kernel.places.loading.gazetteer import (
    PlacesLoader,
    position,
    provenance,
    put_places,
)
from kernel.places.loading.loaders import (
    BadRegionData,
    Loaded,
    Loader,
    extend,
    horizons,
    list_all,
    load,
    register,
)
from kernel.places.loading.merging import Tally, merge
from kernel.places.loading.sheets import Problem, Row

__all__ = (
    "BadRegionData",
    "CalendarLoader",
    "Folder",
    "Loaded",
    "Loader",
    "PlacesLoader",
    "Problem",
    "RegionFacts",
    "Row",
    "Tally",
    "extend",
    "horizons",
    "list_all",
    "load",
    "merge",
    "position",
    "provenance",
    "put_places",
    "register",
)
