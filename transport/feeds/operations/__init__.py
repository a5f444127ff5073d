"""The verbs of feeds."""

from transport.feeds.operations.importing import (
    MAIN,
    Imported,
    NotItsOrganisation,
    OtherVersion,
    import_feed,
)
from transport.feeds.operations.stop_lists import load_stop_list
from transport.feeds.operations.uploads import (
    LEASE_S,
    MOST_BYTES,
    NotReady,
    TheirFeed,
    TooLarge,
    accept,
    discard,
    send,
    work_off,
)

__all__ = (
    "LEASE_S",
    "MAIN",
    "MOST_BYTES",
    "Imported",
    "NotItsOrganisation",
    "NotReady",
    "OtherVersion",
    "TheirFeed",
    "TooLarge",
    "accept",
    "discard",
    "import_feed",
    "load_stop_list",
    "send",
    "work_off",
)
