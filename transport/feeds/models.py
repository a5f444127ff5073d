"""Timetables that came as feeds: what of a feed is which row, and all that no other table has.

A feed's rows live on as places, lines, services, patterns and trips. Beside each of them the row as
it came is kept as ``{column: cell}`` (``cells``): an export writes it again, with the cells that the
tables say otherwise by now (``exporting``).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from transport.feeds.gtfs.kinds import MOST_ID


class Feed(models.Model):
    """A timetable of a region that comes again and again as a zip; the newest version counts.

    ``sha256`` is of the zip's bytes. ``agencies`` has the ids of organisations by agency_id, "" for an
    agency without one; ``agency_names`` what those were called when it came, so that an export says it
    where they are renamed. ``notes`` is what was odd in it, in English, the first hundred of ``note_count``.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="feeds", verbose_name=_("region")
    )
    slug = models.SlugField(_("short name"), max_length=60)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=60, blank=True)
    version = models.CharField(_("version"), max_length=200, blank=True)
    first_date = models.DateField(_("first day"), null=True, blank=True)
    last_date = models.DateField(_("last day"), null=True, blank=True)
    agencies = models.JSONField(_("agencies"), default=dict, blank=True)
    agency_names = models.JSONField(_("names of agencies"), default=dict, db_default={}, blank=True)
    notes = models.JSONField(_("notes"), default=list, blank=True)
    note_count = models.PositiveIntegerField(_("number of notes"), default=0)
    imported_at = models.DateTimeField(_("imported at"))

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        constraints = (
            models.UniqueConstraint(fields=("region", "slug"), name="transport_feeds_feed_slug"),
        )

    def __str__(self) -> str:
        return f"{self.region.slug}/{self.slug}"


class FeedFile(models.Model):
    """A file of the feed that is neither searched nor sold: tables as our writer writes them,
    others byte for byte. Of trips and stop times it has those on request."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="files", verbose_name=_("feed"))
    name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of a feed")
        verbose_name_plural = _("files of feeds")
        constraints = (
            models.UniqueConstraint(fields=("feed", "name"), name="transport_feeds_file_name"),
        )

    def __str__(self) -> str:
        return self.name


class FeedRow(models.Model):
    """A row of a feed and what it became here. One that the newest version lacks is not current:
    what it became is known again should it come back."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", verbose_name=_("feed"))
    gtfs_id = models.CharField(_("id in the feed"), max_length=MOST_ID)
    row = models.JSONField(_("row"), default=dict)
    is_current = models.BooleanField(_("in the newest version"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.gtfs_id


class FeedStop(FeedRow):
    """A stop, station, entrance or node is a place."""

    place = models.ForeignKey(
        "kernel_places.Place", models.PROTECT, related_name="+", verbose_name=_("place")
    )

    class Meta:
        verbose_name = _("stop of a feed")
        verbose_name_plural = _("stops of feeds")
        constraints = (
            models.UniqueConstraint(fields=("feed", "gtfs_id"), name="transport_feeds_stop_id"),
        )


class FeedRoute(FeedRow):
    """A route is a shuttle line."""

    line = models.OneToOneField(
        "transport_lines.ShuttleLine",
        models.PROTECT,
        related_name="feed_route",
        verbose_name=pgettext_lazy("of buses", "line"),
    )

    class Meta:
        verbose_name = _("route of a feed")
        verbose_name_plural = _("routes of feeds")
        constraints = (
            models.UniqueConstraint(fields=("feed", "gtfs_id"), name="transport_feeds_route_id"),
        )


class FeedService(FeedRow):
    """The days of some trips, once for each operator whose trips keep to them.

    ``row`` is of calendar.txt, empty where only dates say when; ``dates`` are the rows of
    calendar_dates.txt.
    """

    service = models.OneToOneField(
        "transport_lines.Service", models.PROTECT, related_name="+", verbose_name=_("service")
    )
    dates = models.JSONField(_("dates"), default=list)

    class Meta:
        verbose_name = _("service of a feed")
        verbose_name_plural = _("services of feeds")
        indexes = (models.Index(fields=("feed", "gtfs_id"), name="transport_feeds_service_id"),)


class FeedTrip(FeedRow):
    """A trip of the newest version; ``frequencies`` are its rows of frequencies.txt."""

    trip = models.OneToOneField(
        "transport_lines.TimetableTrip", models.CASCADE, related_name="+", verbose_name=_("trip")
    )
    frequencies = models.JSONField(_("frequencies"), default=list)

    class Meta:
        verbose_name = _("trip of a feed")
        verbose_name_plural = _("trips of feeds")
        constraints = (
            models.UniqueConstraint(fields=("feed", "gtfs_id"), name="transport_feeds_trip_id"),
        )


class FeedPattern(models.Model):
    """The stop times that trips share: rows of stop_times.txt without trip_id, in order.

    Their times are numbers: seconds after the trip's departure from its first stop.
    """

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", verbose_name=_("feed"))
    pattern = models.OneToOneField(
        "transport_lines.Pattern", models.CASCADE, related_name="+", verbose_name=_("stop pattern")
    )
    stops = models.JSONField(_("stop times"), default=list)

    class Meta:
        verbose_name = _("stop pattern of a feed")
        verbose_name_plural = _("stop patterns of feeds")

    def __str__(self) -> str:
        return str(self.pattern_id)


class UploadState(models.TextChoices):
    """How far an upload has come."""

    WAITING = "WAITING", _("is being checked")
    REFUSED = "REFUSED", _("refused")
    READY = "READY", _("ready to be taken in")
    ACCEPTED = "ACCEPTED", _("is being taken in")
    APPLIED = "APPLIED", _("taken in")
    DISCARDED = "DISCARDED", _("discarded")
    FAILED = "FAILED", _("went wrong on our side")


class Step(models.TextChoices):
    """What is being done with an upload."""

    QUEUED = "QUEUED", _("waits for its turn")
    READING = "READING", _("reading and checking the files")
    COMPARING = "COMPARING", _("comparing with the version that is here")
    WRITING = "WRITING", _("writing stops, lines and trips")
    RUNS = "RUNS", _("laying out departures")


class Upload(models.Model):
    """A version of a feed that somebody sent from the back office: checked, looked at, then taken in.

    ``content`` is the zip, gone when it is decided. ``faults`` and ``notes`` are rows of file, line,
    column and reason in both languages, the first hundred; ``changes`` is what it would change
    (``previewing``), against the version with ``seen_sha256``. ``done`` of ``total``: departures laid out.
    Without an organisation each agency of the feed is one of its own.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator"),
    )
    slug = models.SlugField(_("feed"), max_length=60, blank=True)
    name = models.CharField(_("file"), max_length=200)
    size = models.PositiveIntegerField(_("size (bytes)"))
    content = models.BinaryField(_("content"), null=True)
    state = models.CharField(
        _("state"), max_length=9, choices=UploadState, default=UploadState.WAITING
    )
    step = models.CharField(
        _("what is being done"), max_length=9, choices=Step, default=Step.QUEUED
    )
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)
    faults = models.JSONField(_("mistakes"), default=list)
    fault_count = models.PositiveIntegerField(_("number of mistakes"), default=0)
    notes = models.JSONField(_("notes"), default=list)
    note_count = models.PositiveIntegerField(_("number of notes"), default=0)
    changes = models.JSONField(_("what it changes"), default=dict)
    seen_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    reason = models.JSONField(_("reason"), default=dict)
    uploaded_by = models.CharField(_("uploaded by"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    decided_by = models.CharField(_("decided by"), max_length=64, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("upload of a feed")
        verbose_name_plural = _("uploads of feeds")
        indexes = (
            models.Index(
                fields=("id",),
                condition=models.Q(state__in=("WAITING", "ACCEPTED")),
                name="transport_feeds_upload_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} {self.name}"
