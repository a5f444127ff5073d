"""Reads of regions and places."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from kernel.memo import Memo
from kernel.places.models import Place, Region


class NoSuchRegion(Refusal):
    """There is no region of this name, or it is not open."""

    code = "no_such_region"
    status = 404
    message = _("There is no such region.")


_regions: Memo[str, Region] = Memo(seconds=2)


def open_regions() -> QuerySet[Region]:
    """Regions that tourists may see, by name."""
    return Region.objects.filter(is_open=True).order_by("slug")


def get_region(slug: str) -> Region:
    """The open region of this short name, as it was at most two seconds ago.

    :raises NoSuchRegion: there is none.
    """
    return _regions.get(slug, _read_region)


def _read_region(slug: str) -> Region:
    region = open_regions().filter(slug=slug).first()
    if region is None:
        raise NoSuchRegion
    return region


def by_slugs(region_id: int, slugs: Collection[str]) -> dict[str, int]:
    """The numbers of a region's places by their short names; one it does not have is absent."""
    rows = Place.objects.filter(region=region_id, slug__in=slugs)
    return dict(rows.values_list("slug", "pk"))
