"""A list of people who want no messages, as whoever kept it wrote it.

Where the first line names the columns, those of addresses, numbers, profiles and domains are read and no other; without
such a line every cell is looked at. Whatever of a row names the person counts. A domain counts only in a row that names
nobody: the website beside an address must not silence a whole company. Our own export is read back as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, get_args

from api_gateway.prospects.columns import plain, recognise
from api_gateway.prospects.reading import open_records
from api_gateway.suppressions.keys import Key, Kind, UnreadableAddress, kept_hash, normalized, recognized
from api_gateway.suppressions.schemas import SuppressionProblem

MOST_PROBLEMS = 1_000
_COLUMNS: dict[str, Kind] = {
    "email": "email", "phone": "phone", "linkedin_url": "linkedin", "company_domain": "domain",
}  # fmt: skip
_ANYTHING = frozenset({"value", "valeur", "address", "adresse"})
_TELLS_KIND = frozenset({"kind", "type"})
_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}


@dataclass
class ReadList:
    """The keys of a file; how many rows named nobody; what could not be read, the first thousand of it."""

    keys: set[Key] = field(default_factory=set)
    rejected: int = 0
    problems: list[SuppressionProblem] = field(default_factory=list)

    def lose(self, line: int, reason: str) -> None:
        """Count a row that gave nothing."""
        self.rejected += 1
        self.note(line, reason)

    def note(self, line: int, reason: str) -> None:
        """Report something about a row."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(SuppressionProblem(line=line, reason=reason))


@dataclass(frozen=True)
class _Layout:
    """Which column is of which kind (None: of any), and which one tells the kind of its row."""

    kinds: Mapping[int, Kind | None]
    teller: int | None


def read_list(file: BinaryIO) -> ReadList:
    """Every key that a text or CSV file names. UnsupportedFormat when it is no text."""
    found = ReadList()
    layout: _Layout | None = None
    is_first = True
    for line, row in open_records(file, found.lose):
        cells = [cell.strip().strip("\ufeff\0") for cell in row]
        if is_first and "".join(cells).lower().startswith("sep="):
            continue
        if is_first and (layout := _layout(cells)) is not None:
            is_first = False
            continue
        is_first = False
        if any(cells):
            _read_row(found, line, cells, layout)
    return found


def _layout(cells: Sequence[str]) -> _Layout | None:
    kinds: dict[int, Kind | None] = {
        index: _COLUMNS[name] for index, (name, _) in recognise(cells).items() if name in _COLUMNS
    }
    kinds |= {index: None for index, cell in enumerate(cells) if plain(cell) in _ANYTHING}
    teller = next((index for index, cell in enumerate(cells) if plain(cell) in _TELLS_KIND), None)
    return _Layout(kinds, teller) if kinds else None


def _read_row(found: ReadList, line: int, cells: Sequence[str], layout: _Layout | None) -> None:
    kinds = layout.kinds if layout else dict.fromkeys(range(len(cells)))
    told = cells[layout.teller] if layout and layout.teller is not None and layout.teller < len(cells) else ""
    keys: list[Key] = []
    unread: list[str] = []
    for index, kind in kinds.items():
        if index >= len(cells) or not cells[index]:
            continue
        key = _key(cells[index], kind or _KINDS.get(told))
        if key is not None:
            keys.append(key)
        elif kind not in (None, "domain"):
            unread.append(cells[index])
    certain = [key for key in keys if key.kind in {"email", "linkedin"} or (key.kind == "phone" and layout)]
    # Without names of columns a number may be a customer's, and a word with a dot a name: one guess, and only then.
    guessed = sorted((key for key in keys if key.kind in {"phone", "domain"}), key=lambda key: key.kind != "phone")
    chosen = certain or (guessed if layout else guessed[:1])
    if not chosen:
        shown = next(cell for cell in [*unread, *cells] if cell)
        found.lose(line, f"No address in “{shown[:80]}”.")
        return
    found.keys.update(chosen)
    for cell in unread:
        found.note(line, f"“{cell[:80]}” could not be read; the rest of the row was taken.")


def _key(cell: str, kind: Kind | None) -> Key | None:
    bare = cell.lstrip("'")
    try:
        return (kept_hash(kind, bare) or normalized(kind, bare)) if kind else recognized(bare)
    except UnreadableAddress:
        pass
    try:
        return recognized(bare) if kind else None
    except UnreadableAddress:
        return None
