"""A code as a picture."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str) -> SafeString:
    """An inline SVG of the QR code, in dark on white whatever the page's colours."""
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        buffer, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=3, dark="#000",
        light="#fff", svgclass=None, lineclass=None,
    )  # fmt: skip
    return mark_safe(buffer.getvalue().decode())  # noqa: S308 - drawn by segno from modules only
