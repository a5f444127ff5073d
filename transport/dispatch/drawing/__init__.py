"""A plan as one picture: where the vehicles go, when they do what, and how many people they carry.

``draw`` gives an SVG without script or outside address, in the active language. It shows what is in
the problem and the plan; it judges nothing and looks nothing up.
"""

from __future__ import annotations

from transport.dispatch.drawing.sheet import draw

__all__ = ["draw"]
