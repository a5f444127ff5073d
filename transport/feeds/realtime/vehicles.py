"""Vehicle positions: of vehicles that are on a run of the feed and have been heard of just now."""

from __future__ import annotations

from google.transit import gtfs_realtime_pb2 as rt

from transport.feeds.realtime.telling import Telling, seconds
from transport.fleet.models import Vehicle
from transport.telematics import queries
from transport.telematics.models import Position
from transport.telematics.queries import Seen


def tell(telling: Telling) -> None:
    """Write an entity a vehicle."""
    seen = queries.on_the_way(telling.region, at=telling.at)
    there = {run.pk for run in telling.known(each.run for each in seen)}
    for each in seen:
        if each.position is not None and not each.is_stale and each.run.pk in there:
            entity = telling.entity(f"vehicle-{each.vehicle.pk}").vehicle
            telling.describe(entity.trip, each.run, each.assignment.number)
            describe(entity.vehicle, each.vehicle)
            _place(entity, each.position)
            _on_the_way(telling, entity, each)


def describe(found: rt.VehicleDescriptor, vehicle: Vehicle) -> None:
    """Say which vehicle it is."""
    found.id = str(vehicle.pk)
    found.label = vehicle.label
    found.license_plate = vehicle.plate


def _place(entity: rt.VehiclePosition, position: Position) -> None:
    entity.timestamp = seconds(position.at)
    entity.position.latitude = position.latitude
    entity.position.longitude = position.longitude
    if position.speed is not None:
        entity.position.speed = position.speed
    if position.course is not None:
        entity.position.bearing = position.course


def _on_the_way(telling: Telling, entity: rt.VehiclePosition, seen: Seen) -> None:
    """At which stop it is, or to which it comes; nothing where it is on no way of its run."""
    if seen.progress is None:
        return
    stop = seen.stops[seen.progress.next]
    entity.stop_id = telling.ids.stops[stop.place_id]
    entity.current_stop_sequence = telling.ids.sequence(stop.pattern_id, seen.progress.next)
    entity.current_status = (
        rt.VehiclePosition.STOPPED_AT
        if seen.progress.is_there
        else rt.VehiclePosition.IN_TRANSIT_TO
    )
