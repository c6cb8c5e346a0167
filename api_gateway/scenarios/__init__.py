"""Scenarios: what to send, on which channel, after how many business days."""
