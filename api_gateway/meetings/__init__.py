"""Meetings: one row per meeting, however often it is moved."""
