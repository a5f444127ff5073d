"""Who is inside, from which share of the cap on somebody must act, and what is shut right now."""

from tourism.crowd.models.counting import Correction, Flow, Watch
from tourism.crowd.models.facilities import Facility, FacilityKind
from tourism.crowd.models.levels import Crossing, Duty, Level, Measure, Standing
from tourism.crowd.models.stops import Stop, StopState

__all__ = (
    "Correction",
    "Crossing",
    "Duty",
    "Facility",
    "FacilityKind",
    "Flow",
    "Level",
    "Measure",
    "Standing",
    "Stop",
    "StopState",
    "Watch",
)
