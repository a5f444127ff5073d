"""GTFS Schedule: a zip into a feed of typed rows, checked as a whole, and out again.

No table of the database is known here. docs/algorithms/feeds.md says what is kept and refused.
"""

from transport.feeds.gtfs.archive import Limits
from transport.feeds.gtfs.faults import BadFeed, Fault, Report
from transport.feeds.gtfs.feed import Feed
from transport.feeds.gtfs.reading import Reading, read
from transport.feeds.gtfs.writing import write

__all__ = ("BadFeed", "Fault", "Feed", "Limits", "Reading", "Report", "read", "write")
