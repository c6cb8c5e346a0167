"""Word lists for invented people and companies, read from `words.yaml`."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Trade(NamedTuple):
    """An industry as LinkedIn names it: how its companies are called, their tools, and what people there post about."""

    industry: str
    romance: tuple[str, ...]
    german: tuple[str, ...]
    technologies: tuple[str, ...]
    topics: dict[str, tuple[str, ...]]


class Place(NamedTuple):
    """A city with its region and country as LinkedIn prints them."""

    city: str
    region: str
    country: str


class Words(NamedTuple):
    """All lists. `titles` is by language and seniority, masculine and feminine."""

    first_names: dict[str, dict[str, list[str]]]
    last_names: dict[str, list[str]]
    roots: dict[str, list[str]]
    trades: list[Trade]
    places: dict[str, list[Place]]
    titles: dict[str, dict[str, list[tuple[str, str]]]]
    sizes: list[tuple[int, str]]
    emoji: list[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The lists, read once."""
    raw: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return Words(
        first_names={
            country: {gender: names.split() for gender, names in genders.items()}
            for country, genders in raw["first_names"].items()
        },
        last_names={
            country: [name.replace("_", " ") for name in names.split()] for country, names in raw["last_names"].items()
        },
        roots={kind: names.split() for kind, names in raw["company_roots"].items()},
        trades=[
            Trade(
                trade["industry"],
                tuple(trade["romance"]),
                tuple(trade["german"]),
                tuple(trade["technologies"]),
                {"fr": tuple(trade["fr"]), "en": tuple(trade["en"])},
            )
            for trade in raw["trades"]
        ],
        places={country: [Place(*place) for place in places] for country, places in raw["places"].items()},
        titles={
            language: {
                seniority: [(title.split("|")[0], title.split("|")[-1]) for title in titles]
                for seniority, titles in by_seniority.items()
            }
            for language, by_seniority in raw["titles"].items()
        },
        sizes=[(size, text) for size, text in raw["sizes"]],
        emoji=raw["emoji"],
    )
