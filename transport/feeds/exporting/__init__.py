"""A region's timetable as a feed, written from the tables.

What came from a feed goes out as it came in, but for what the tables say otherwise by now
(``meanings``). Lines that no feed has brought are written anew.
"""

from transport.feeds.exporting.ids import Ids, ids_of
from transport.feeds.exporting.whole import NoTimetable, export

__all__ = ("Ids", "NoTimetable", "export", "ids_of")
