"""Forms of a person's own choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.messages import channels, kinds
from accounts.messages.kinds import Topic
from accounts.messages.models import Preference, Way
from accounts.messages.quiet import FROM, UNTIL
from kernel.web.forms import PageForm

_NEVER = time(0)


class ChoicesForm(PageForm):
    """By which ways each topic may come, in which language, and when not."""

    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    is_quiet = forms.BooleanField(
        label=_("Quiet hours"),
        required=False,
        help_text=_("What can wait comes afterwards. Warnings and sign-in codes come at once."),
    )
    quiet_from = forms.TimeField(
        label=_("From"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("On the clock of the place that a message is about."),
    )
    shown_by = {"quiet_from": ("is_quiet", "on"), "quiet_until": ("is_quiet", "on")}

    def __init__(
        self,
        data: Any = None,
        *,
        kept: Preference | None,
        choices: Mapping[tuple[str, str], bool],
        language: str,
    ) -> None:
        start, until = (kept.quiet_from, kept.quiet_until) if kept else (FROM, UNTIL)
        initial = {
            "language": (kept.language if kept else "") or language,
            "is_quiet": start != until,
            "quiet_from": start if start != until else FROM,
            "quiet_until": until if start != until else UNTIL,
        }
        super().__init__(data, initial=initial)
        for topic in kinds.topics():
            for way in ways():
                self.fields[_name(topic, way)] = forms.BooleanField(
                    label=way.label,
                    required=False,
                    initial=choices.get((topic.name, way), is_usual(topic, way)),
                )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("is_quiet"):
            for name in ("quiet_from", "quiet_until"):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(
                        name, forms.ValidationError(_("Please give a time."), code="required")
                    )
        return given

    @property
    def quiet(self) -> tuple[time, time]:
        """The quiet window as it is kept: equal times where there is none."""
        if not self.cleaned_data["is_quiet"]:
            return _NEVER, _NEVER
        return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]

    @property
    def chosen(self) -> dict[tuple[str, str], bool]:
        """What was ticked, by topic and way."""
        return {
            (topic.name, way.value): self.cleaned_data[_name(topic, way)]
            for topic in kinds.topics()
            for way in ways()
        }

    def by_topic(self) -> Iterator[tuple[Topic, list[BoundField]]]:
        """Each topic with its ways, for the page."""
        for topic in kinds.topics():
            yield topic, [self[_name(topic, way)] for way in ways()]


class EmailForm(PageForm):
    """An address for messages."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=120,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "data-private": "true"}),
        help_text=_("We send a link there first. It is used for your messages only."),
    )


def ways() -> list[Way]:
    """The ways that a person can choose: those that are there, besides this site itself."""
    return [way for way in Way if way in channels.names()]


def is_usual(topic: Topic, way: Way) -> bool:
    """Whether a topic comes by this way where nothing was chosen."""
    return way in topic.channels or (way == Way.SMS and topic.sms_if_unread is not None)


def _name(topic: Topic, way: Way) -> str:
    return f"{topic.name}-{way.value}".lower()
