"""Credentials: customers' own vendor keys, sealed, write-only."""
