"""Notifications: what somebody should look at."""
