"""Campaigns: whom we write to, how, when, and how far it has come."""
