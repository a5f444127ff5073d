"""Everything that must hold between the cells and rows of a feed, one subject a file.

Severity follows the canonical validator of MobilityData: what it calls an error is a fault, what
it calls a warning is noted, with the exceptions that docs/algorithms/feeds.md lists.
"""

from transport.feeds.gtfs.checking import (
    about,
    calendars,
    fares,
    keys,
    names,
    requests,
    routes,
    shapes,
    stations,
    transfers,
    trips,
)
from transport.feeds.gtfs.findings import Findings

_CHECKS = (
    keys.check,
    names.check,
    routes.check,
    stations.check,
    calendars.check,
    trips.check,
    shapes.check,
    requests.check,
    transfers.check,
    fares.check,
    about.check,
)


def check(findings: Findings) -> None:
    """Add to the report what does not hold and what is odd."""
    for one in _CHECKS:
        one(findings)
