"""Audit: every change of what matters, by whom, from what to what."""
