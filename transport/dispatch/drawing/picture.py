"""An SVG being drawn: numbers rounded to a tenth of a pixel, text that may come from anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

Point = tuple[float, float]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FONT = "'PingFang SC','Hiragino Sans GB','Noto Sans CJK SC','Microsoft YaHei',sans-serif"
INK, MUTED, LINE, PAPER, MIST, CINNABAR = (
    "#1d2629", "#566166", "#d9d6cc", "#fffefb", "#eef1ee", "#b23a24",
)  # fmt: skip
"""As in tokens.css; a picture has no style sheet."""

COLOURS = (
    "#24584a", "#b23a24", "#1f5a86", "#8a5a00", "#6b3f87", "#0f7c7c", "#96315f", "#4d6b17",
    "#34425c", "#a04c12",
)  # fmt: skip
"""Of vehicles, each at least 4.5:1 on paper; from the eleventh on they come again, dashed."""


class Picture:
    """Shapes in the order in which they are drawn."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "width": _number(width),
                "height": _number(height),
                "role": "img",
                "font-family": _FONT,
                "font-size": "13",
                "fill": INK,
            },
        )
        self._named(self.root, title)
        self.rect(0, 0, width, height, fill=PAPER)

    def rect(self, x: float, y: float, width: float, height: float, **look: object) -> None:
        self._shape("rect", look, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0))

    def circle(self, at: Point, radius: float, **look: object) -> None:
        self._shape("circle", look, cx=at[0], cy=at[1], r=radius)

    def line(self, start: Point, end: Point, **look: object) -> None:
        self._shape("line", look, x1=start[0], y1=start[1], x2=end[0], y2=end[1])

    def path(self, points: Iterable[Point], *, closed: bool = False, **look: object) -> None:
        """Straight from point to point."""
        words = " L".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._shape("path", look, d=f"M{words}{' Z' if closed else ''}")

    def text(self, x: float, y: float, words: str, **look: object) -> None:
        self._shape("text", look, x=x, y=y).text = plain(words)

    def svg(self) -> str:
        """The file's text."""
        ET.indent(self.root)
        return ET.tostring(self.root, encoding="unicode", xml_declaration=True) + "\n"

    def _shape(self, kind: str, look: dict[str, object], **places: float | str) -> ET.Element:
        shape = ET.SubElement(self.root, kind)
        for name, value in places.items():
            shape.set(name, value if isinstance(value, str) else _number(value))
        told = look.pop("told", None)
        for name, given in look.items():
            if given is not None:
                shape.set(name.replace("_", "-"), str(given))
        if told:
            self._named(shape, str(told))
        return shape

    def _named(self, shape: ET.Element, words: str) -> None:
        ET.SubElement(shape, "title").text = plain(words)


def plain(words: str) -> str:
    """Without what XML cannot say."""
    return _NOT_XML.sub("\ufffd", words)


def short(words: str, most: int) -> str:
    """At most so many characters."""
    return words if len(words) <= most else words[: most - 1] + "…"


def width_of(words: str) -> float:
    """About how many pixels it takes at 11 px: Chinese characters are twice as wide."""
    return sum(11.0 if ord(letter) > 0x2E7F else 6.2 for letter in words)


def colour(number: int) -> tuple[str, str | None]:
    """(colour, dashes or None) of the vehicle's line."""
    dashes = (None, "7 3", "2 3")[number // len(COLOURS) % 3]
    return COLOURS[number % len(COLOURS)], dashes


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
