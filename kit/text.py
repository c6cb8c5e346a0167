"""Text made comparable."""

import unicodedata

_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u202f": " "}
)


def folded(text: str) -> str:
    """Text for comparing: lower case, straight quotes, no accents, one space between words; ß reads as ss."""
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES).casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
