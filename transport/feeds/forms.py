"""What the back office asks of who sends a feed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from transport.feeds import operations, queries
from transport.feeds.models import Upload

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


class UploadForm(forms.ModelForm):
    """Whose feed, which one, and the zip. ``own``: for which organisations the person works; None: all."""

    file = forms.FileField(
        label=_("GTFS feed (.zip)"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".zip,application/zip"}),
        help_text=_("At most 60 MB. Nothing changes until you have seen what it would change."),
    )

    class Meta:
        model = Upload
        fields = ("region", "organisation", "slug")

    def __init__(self, *args: Any, own: Collection[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_platform = own is None
        organisation, slug = self.fields["organisation"], self.fields["slug"]
        if self._is_platform:
            self.fields["region"].required = False
            self.fields["region"].help_text = _("Or the operator, who has a region of its own.")
            organisation.help_text = _("Empty: each agency of the feed is an operator of its own.")
        else:
            del self.fields["region"]
            organisation.required = True
            if own is not None and len(own) == 1:
                organisation.initial = next(iter(own))
        slug.help_text = _("Which feed of the region it is a new version of. Empty: the usual one.")

    def clean_file(self) -> Any:
        """:raises ValidationError: it is larger than a page takes."""
        file = self.cleaned_data["file"]
        if file.size > operations.MOST_BYTES:
            refusal = operations.TooLarge(size=file.size, most=operations.MOST_BYTES)
            raise forms.ValidationError(refusal.reason)
        return file

    def clean_slug(self) -> str:
        """:raises ValidationError: it is no short name."""
        slug: str = self.cleaned_data["slug"]
        if slug and not _SLUG.fullmatch(slug):
            raise forms.ValidationError(
                _("A short name is lower-case letters, digits and hyphens.")
            )
        return slug

    def clean(self) -> dict[str, Any]:
        """The region is the operator's own; the feed is theirs or new."""
        asked: dict[str, Any] = super().clean() or {}
        organisation = asked.get("organisation")
        if organisation is not None:
            asked["region"] = organisation.region
        if asked.get("region") is None:
            where = "organisation" if organisation or not self._is_platform else "region"
            self.add_error(where, _("Please say for which region."))
            return asked
        asked["slug"] = asked.get("slug") or self._usual(organisation)
        if queries.is_others(asked["region"], asked["slug"], organisation):
            self.add_error("slug", operations.TheirFeed(slug=asked["slug"]).reason)
        return asked

    @staticmethod
    def _usual(organisation: Any) -> str:
        """The operator's only feed, else one under its short name; the region's main one without."""
        if organisation is None:
            return operations.MAIN
        own = queries.feeds_of(organisation)
        return own[0].slug if len(own) == 1 else organisation.slug

    def _post_clean(self) -> None:
        """Nothing is saved by this form: an operation keeps the file."""
