"""The verbs of a counter: sell, and print a lost code anew."""

from bookings.desk.operations.blocks import (
    BlockElsewhere,
    BlockOpenAlready,
    Merged,
    Sold,
    TooManyNumbers,
    find_block,
    merge,
    refuse_while_open,
    reserve,
)
from bookings.desk.operations.forgetting import KEEP_FOR, forget_old
from bookings.desk.operations.reissuing import NothingToReissue, reissue
from bookings.desk.operations.selling import (
    NobodyComes,
    NotOfThisHouse,
    TooLittle,
    Wish,
    quote,
    sell,
    take,
)

__all__ = (
    "KEEP_FOR",
    "BlockElsewhere",
    "BlockOpenAlready",
    "Merged",
    "NobodyComes",
    "NotOfThisHouse",
    "NothingToReissue",
    "Sold",
    "TooLittle",
    "TooManyNumbers",
    "Wish",
    "find_block",
    "forget_old",
    "merge",
    "quote",
    "refuse_while_open",
    "reissue",
    "reserve",
    "sell",
    "take",
)
