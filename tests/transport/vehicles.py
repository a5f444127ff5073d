"""Vehicles that nobody drives: on lines whose stops lie apart, with a device that signs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client

from bookings.gates.devices import DeviceKey, packed
from kernel.places.models import Region
from tests.factories import fleet
from tests.factories.kernel import PlaceFactory
from tests.factories.transport import shuttle_line
from transport.fleet.models import Vehicle
from transport.lines import operations as lines
from transport.lines.models import Assignment, PatternStop, Run, ShuttleLine
from transport.telematics import operations as telematics
from transport.telematics.models import Tracker
from transport.telematics.operations import Told

APART = 0.06
"""Degrees of latitude between two stops: some 6.7 km, ridden in twenty minutes."""


def long_line(region: Region, slug: str = "t01") -> ShuttleLine:
    """A line of three stops from south to north, twenty minutes apart."""
    line = shuttle_line(region, slug)
    for stop in PatternStop.objects.filter(pattern__line=line):
        stop.place = PlaceFactory(region=region, latitude=30.0 + APART * stop.seq)
        stop.save()
    return line


def vehicle_of(line: ShuttleLine, plate: str = "皖J12345", **more: Any) -> Vehicle:
    return fleet.vehicle(line.organisation, plate, **more)


def drive(run: Run, vehicle: Vehicle, *, at: datetime) -> Assignment:
    """It drives a run, with a driver of its own."""
    driver = fleet.driver(vehicle.organisation, f"{vehicle.plate}的师傅")
    return lines.assign(run=run, vehicle=vehicle, driver=driver, actor="user:1", at=at)


def tracker_in(vehicle: Vehicle, *, at: datetime) -> Tracker:
    code = telematics.invite(vehicle=vehicle, actor="user:1", at=at)
    key = DeviceKey().public
    return telematics.enrol(code=code, public_key=key, address="10.0.0.1", at=at)


def tell(
    vehicle: Vehicle, latitude: float, *, at: datetime, longitude: float = 118.0, **more: Any
) -> None:
    """A vehicle says where it is, by a device that it gets the first time."""
    tracker = vehicle.trackers.filter(revoked_at__isnull=True).first()
    tracker = tracker or tracker_in(vehicle, at=at)
    telematics.take_in(tracker=tracker, told=[Told(at, latitude, longitude, **more)], at=at)


@dataclass
class Box:
    """What is built into a vehicle: a key, and JSON that it signs."""

    now: datetime
    key: DeviceKey = field(default_factory=DeviceKey)
    client: Client = field(default_factory=Client)
    number: int = 0

    def enrol(self, code: str) -> Any:
        asked = {"code": code, "public_key": packed(self.key.public)}
        answer = self.client.post("/telematics/v1/enrol", asked, content_type="application/json")
        if answer.status_code == 201:
            self.number = answer.json()["device"]
        return answer

    def send(self, body: Any, *, altered: bytes | None = None) -> Any:
        """Positions, signed; ``altered`` is sent instead of what was signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = "/telematics/v1/positions"
        headers = self.key.headers(device_id=self.number, path=path, body=raw, at=self.now)
        return self.client.post(
            path,
            raw if altered is None else altered,
            content_type="application/json",
            headers=headers,
        )


def place(at: datetime, lat: float = 30.0, lon: float = 118.0, **more: Any) -> dict[str, Any]:
    return {"at_ms": int(at.timestamp() * 1000), "lat": lat, "lon": lon, **more}
