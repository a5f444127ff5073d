"""Verbs on the traveller book: keep people in it, and ask whether they are who they are said to be."""

from accounts.travellers.operations.book import (
    PURPOSE,
    AlreadyThere,
    BirthDateMissing,
    BookFull,
    HoldsPlace,
    change,
    forget,
    forget_book,
    forget_entered,
    index_of,
    plain_number,
    put_right,
    read_document,
    remember,
    tag_numbers,
    take_over,
    unreadable,
)
from accounts.travellers.operations.checking import CHECKED, ask_due, ask_now
from accounts.travellers.operations.expecting import ENTERED

__all__ = (
    "CHECKED",
    "ENTERED",
    "PURPOSE",
    "AlreadyThere",
    "BirthDateMissing",
    "BookFull",
    "HoldsPlace",
    "ask_due",
    "ask_now",
    "change",
    "forget",
    "forget_book",
    "forget_entered",
    "index_of",
    "plain_number",
    "put_right",
    "read_document",
    "remember",
    "tag_numbers",
    "take_over",
    "unreadable",
)
