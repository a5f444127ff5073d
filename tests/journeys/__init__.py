"""Whole journeys of reference/journeys.md, row by row, over HTTP."""
