"""Reads of gates: what a gate is given, and what the desk sees of it."""
