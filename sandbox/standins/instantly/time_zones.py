"""The 102 time zones that Instantly accepts; Europe/Paris is not among them."""

from pathlib import Path

TIME_ZONES = frozenset(Path(__file__).with_name("time_zones.txt").read_text(encoding="utf-8").split())
