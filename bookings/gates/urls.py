"""A device's addresses: without a language, so that its program has one place of its own."""

from django.urls import path

from bookings.gates.views import api, app

app_name = "gate"

urlpatterns = [
    path("", app.shell, name="shell"),
    path("worker.js", app.worker, name="worker"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("authority.crt", app.authority, name="authority"),
    path("v1/enrol", api.enrol, name="enrol"),
    path("v1/beat", api.beat, name="beat"),
    path("v1/bundle", api.bundle, name="bundle"),
    path("v1/changes", api.changes, name="changes"),
    path("v1/departures", api.departures, name="departures"),
    path("v1/move", api.move, name="move"),
    path("v1/scans", api.scans, name="scans"),
    path("v1/undo", api.undo, name="undo"),
]
