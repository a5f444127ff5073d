"""GTFS-Realtime: where the vehicles of a region's feed are, how its trips run, what is to be known.

Stops, lines and trips are called as an export of the same moment calls them (``exporting.ids``). The
rules are in docs/algorithms/realtime.md.
"""
