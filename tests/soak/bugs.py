"""Seeded bugs."""

BUGS = {}
