"""The drawing of a region: simplified outlines in a plane, made once when the region is loaded."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.naming import EN, ZH, say
from kernel.provenance import Loaded


class RegionMap(Loaded):
    """Paths of a region's map and how to put a point on it. ``layers`` go from ground to top.

    A layer is {"kind": area|water|river|line, "name_zh", "name_en", "d": SVG path, "x", "y": where
    its name stands, or null}.
    """

    region = models.OneToOneField(
        "kernel_places.Region", models.CASCADE, related_name="map", verbose_name=_("region")
    )
    west = models.FloatField(_("west edge (degrees)"))
    north = models.FloatField(_("north edge (degrees)"))
    x_scale = models.FloatField(_("units per degree of longitude"))
    y_scale = models.FloatField(_("units per degree of latitude"))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    layers = models.JSONField(_("layers"))
    attribution_zh = models.CharField(_("attribution (Chinese)"), max_length=300)
    attribution_en = models.CharField(_("attribution (English)"), max_length=300)

    class Meta:
        verbose_name = _("map of a region")
        verbose_name_plural = _("maps of regions")

    def __str__(self) -> str:
        return f"{self.region_id}"

    @property
    def attribution(self) -> str:
        """Whom the map is owed to, in the active language."""
        return say({ZH: self.attribution_zh, EN: self.attribution_en})
