"""Prospects: people we may write to, where each came from, and on what ground we hold them."""
