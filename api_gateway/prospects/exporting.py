"""Prospects as CSV."""
