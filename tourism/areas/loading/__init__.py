"""Loading scenic areas from a region's folder."""

from tourism.areas.loading.loader import AreasLoader
from tourism.areas.loading.rows import AREA_COLUMNS, AREA_OPTIONAL, AREAS_FILE

__all__ = ("AREAS_FILE", "AREA_COLUMNS", "AREA_OPTIONAL", "AreasLoader")
