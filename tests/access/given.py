"""What the addresses of the matrix are built with, and what is sent to them, from the test's world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.access.world import World

Given = Callable[[World], Mapping[str, Any]]


def nothing(world: World) -> Mapping[str, Any]:
    return {}


def region(world: World) -> Mapping[str, Any]:
    return {"region": world.region.slug}


def run(world: World) -> Mapping[str, Any]:
    return {"run_id": world.line.runs.earliest("pk").pk}


def paid(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token}


def one_pass(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "pass_id": world.paid.passes.get().pk}


def paid_code(world: World) -> Mapping[str, Any]:
    return {"code": world.paid.code}


def no_address(world: World) -> Mapping[str, Any]:
    return {"address": "x"}


def held(world: World) -> Mapping[str, Any]:
    return {"token": world.held.token}


def paid_line(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "line_id": world.paid.lines.get().pk}


def to_scan(world: World) -> Mapping[str, Any]:
    return {"token": world.held.token, "attempt_id": world.to_scan.pk}


def statement(world: World) -> Mapping[str, Any]:
    return {"statement_id": world.statement.pk}


def area(world: World) -> Mapping[str, Any]:
    return {"organisation_id": world.cast.area.pk}


def device(world: World) -> Mapping[str, Any]:
    return {"device_id": world.incident.scan.device_id}


def incident(world: World) -> Mapping[str, Any]:
    return {"incident_id": world.incident.pk}


def share(world: World) -> Mapping[str, Any]:
    return {"token": world.share.token}


def other_share(world: World) -> Mapping[str, Any]:
    return {"token": world.share.division.shares.get(position=1).token}


def share_to_scan(world: World) -> Mapping[str, Any]:
    return {"token": world.share.token, "attempt_id": world.share_to_scan.pk}


def account(world: World) -> Mapping[str, Any]:
    return {"token": world.account.token}


def code(world: World) -> Mapping[str, Any]:
    return {"code_id": world.code.pk}


def top_up(world: World) -> Mapping[str, Any]:
    return {"top_up_id": world.top_up.pk}


def paid_seller(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "supplier_id": world.paid.lines.get().supplier_id}


def no_file(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "invoice_token": "x", "kind": "pdf"}


def title(world: World) -> Mapping[str, Any]:
    return {"title_id": world.title.pk}


def bill(world: World) -> Mapping[str, Any]:
    return {"bill_id": world.bill.pk}


def colleague(world: World) -> Mapping[str, Any]:
    return {"member_id": world.bill.tab.members.get(is_admin=False).pk}


def shift(world: World) -> Mapping[str, Any]:
    return {"shift_id": world.shift.pk}


def payout(world: World) -> Mapping[str, Any]:
    return {"payout_id": world.payout.pk}


def opening(world: World) -> Mapping[str, Any]:
    return {"organisation": world.cast.area.pk, "float": "100"}


def traveller(world: World) -> Mapping[str, Any]:
    return {"traveller_id": world.traveller.pk}


def message(world: World) -> Mapping[str, Any]:
    return {"message_id": world.message.pk}


def stop(world: World) -> Mapping[str, Any]:
    return {"signed": world.stop_token}


def sale(world: World) -> Mapping[str, Any]:
    return {"region": world.region.slug, "sale": world.sale.pk}


def entry(world: World) -> Mapping[str, Any]:
    return {"entry_id": world.entry.pk}


def link(world: World) -> Mapping[str, Any]:
    return {"token": world.link.token}


def handover(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "handover_id": world.handover.pk}


def area_of_crowd(world: World) -> Mapping[str, Any]:
    return {"area_id": world.product.area_id}


def direct(world: World) -> Mapping[str, Any]:
    """A direct shuttle's page."""
    return {"region": world.region.slug, "slug": world.shuttle.slug}


def queue(world: World) -> Mapping[str, Any]:
    """The boarding point of the driver's own house."""
    return {"shuttle_id": world.shuttle.pk}


def mountain(world: World) -> Mapping[str, Any]:
    """A mountain of the operator's house."""
    return {"mountain_id": world.mountain.pk}


def no_passage(world: World) -> Mapping[str, Any]:
    return {"post": world.gate_post, "redemption_id": 1}


def gate(world: World) -> Mapping[str, Any]:
    return {"post": world.gate_post}


def ticket(world: World) -> Mapping[str, Any]:
    return {"kind": "ticket", "ref": world.refs[3], "class_adult": "1"}


def all_parts(world: World) -> Mapping[str, Any]:
    line = world.paid.lines.get()
    return {"part": f"{line.pk}:{line.frozen_parts[0].key}", "shown_fen": str(line.price_fen)}
