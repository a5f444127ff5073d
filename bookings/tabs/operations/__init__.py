"""Verbs of tabs: pay, give back, bill, take in; and who may."""

from bookings.tabs.operations.people import (
    NobodyNew,
    StaysAdministrator,
    add_member,
    remove_member,
)
from bookings.tabs.operations.using import bill_months, charge, give_back, payable_of, settle

__all__ = [
    "NobodyNew",
    "StaysAdministrator",
    "add_member",
    "bill_months",
    "charge",
    "give_back",
    "payable_of",
    "remove_member",
    "settle",
]
