"""Cal.com API v2, whose guests are the prospects of the Instantly stand-in."""

from sandbox.standins.calcom.api import CalCom

__all__ = ["CalCom"]
