"""Reads of regions and places."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from kernel.places.models import Region


class NoSuchRegion(Refusal):
    """There is no region of this name, or it is not open."""

    code = "no_such_region"
    status = 404
    message = _("There is no such region.")


def open_regions() -> QuerySet[Region]:
    """Regions that tourists may see, by name."""
    return Region.objects.filter(is_open=True).order_by("slug")


def get_region(slug: str) -> Region:
    """The open region of this short name.

    :raises NoSuchRegion: there is none.
    """
    region = open_regions().filter(slug=slug).first()
    if region is None:
        raise NoSuchRegion
    return region
