"""Instantly API v2, which also plays the prospects."""

from sandbox.standins.instantly.api import Instantly

__all__ = ["Instantly"]
