"""Suppressions: whom we must not write to."""
