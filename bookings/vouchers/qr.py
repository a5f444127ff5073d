"""A code as a picture."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


def qr_svg(text: str, *, title: str = "") -> SafeString:
    """An inline SVG of a code's text: black on white with its quiet zone, whatever the theme.

    Level M, in the shortest mode that the text allows; scaled by its container. No styles, so a strict CSP
    lets it be.
    """
    symbol = segno.make(text, error="m", micro=False, boost_error=False)
    svg = symbol.svg_inline(
        omitsize=True,
        svgclass="q-qr",
        lineclass=None,
        dark="#000",
        light="#fff",
        title=title or _("Code"),
    )
    return mark_safe(svg)  # noqa: S308 - made of numbers by segno; the title is escaped by it
