"""Dispatching as it goes: answer at once, improve between answers, keep what was said.

``dispatcher`` takes events in the order of time, ``cars`` moves the vehicles along their plans,
``mending`` puts plans right after what nobody planned, ``places`` is the ground they move on.
"""
