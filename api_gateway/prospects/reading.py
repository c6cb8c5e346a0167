"""Reading a CSV file that a person has: its encoding, delimiter, header and rows, as spreadsheets really write them.

The file is read as a stream. A row that cannot be read is reported with its line and the rest goes on: an opening quote
that is never closed costs its own line, not those that follow.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from api_gateway.prospects.columns import layout_of, recognise
from api_gateway.prospects.import_schemas import Layout
from kit.errors import TooLarge, UnsupportedFormat

MOST_BYTES = 100 * 1024 * 1024
MOST_LINES_IN_A_ROW = 200
MOST_LINE_CHARACTERS = 1_000_000
LINES_BEFORE_THE_HEADER = 20
_CHUNK = 1 << 20
_NO_CSV: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "The file is compressed (gzip); unpack it and send the CSV inside."),
    (b"PK\x03\x04", "The file is a spreadsheet (xlsx) or an archive (zip); save it as CSV and send that."),
    (b"\xd0\xcf\x11\xe0", "The file is an old spreadsheet (xls); save it as CSV and send that."),
    (b"%PDF", "The file is a PDF; send a CSV."),
)


# Told the line number of a row that cannot be read, and why.
Lose = Callable[[int, str], None]


class NotCsv(UnsupportedFormat):
    code = "not_csv"
    default_detail = "The file is not text; send a CSV."


class NoHeader(UnsupportedFormat):
    code = "no_header"
    default_detail = (
        "No line of column names was found; the first line must name the columns, with at least an e-mail address or a "
        "LinkedIn profile among them."
    )


@dataclass
class Sheet:
    """An opened file. `rows` yields the line number and our fields of each row, and can be read once."""

    layout: Layout
    encoding: str
    delimiter: str
    header: list[str]
    mapping: dict[int, tuple[str, int]]
    rows: Iterator[tuple[int, dict[str, str]]]


def open_sheet(file: BinaryIO, lose: Lose, *, wanted: Mapping[str, str] | None = None) -> Sheet:
    """Open a CSV file. Raises TooLarge, NotCsv or NoHeader; `lose` is told of each row that cannot be read."""
    encoding = detect_encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    lines = _Lines(text)
    start = list(islice(lines, LINES_BEFORE_THE_HEADER))
    lines.give_back(start)
    delimiter = _delimiter(start)
    is_past_the_header = False

    def lose_row(line: int, reason: str) -> None:
        if is_past_the_header:
            lose(line, reason)

    records = _records(lines, delimiter, lose_row)
    for _, cells in islice(records, LINES_BEFORE_THE_HEADER):
        mapping = recognise(cells, wanted)
        known = {field for field, _ in mapping.values()}
        if known & {"email", "linkedin_url"} and (len(known) > 1 or len(cells) == 1):
            header = [cell.strip() for cell in cells]
            is_past_the_header = True
            lines.width = len(header)
            rows = _rows(records, header, mapping, lose_row)
            return Sheet(layout_of(header), encoding, delimiter, header, mapping, rows)
    raise NoHeader


def open_records(file: BinaryIO, lose: Lose) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file of which the first need not name the columns, with the line that each begins on."""
    encoding = detect_encoding(file)
    file.seek(0)
    lines = _Lines(io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""))
    start = list(islice(lines, LINES_BEFORE_THE_HEADER))
    lines.give_back(start)
    return _records(lines, _delimiter(start), lose)


def detect_encoding(file: BinaryIO) -> str:
    """UTF-8 with or without mark, UTF-16, or the Western code page that is left. Reads the file once through."""
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise TooLarge(f"The file is larger than {MOST_BYTES >> 20} MB; split it.")
    file.seek(0)
    head = file.read(4096)
    for magic, sentence in _NO_CSV:
        if head.startswith(magic):
            raise NotCsv(sentence)
    if not head.strip():
        raise NoHeader("The file is empty.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    if 0 in head or sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) // 100:
        raise NotCsv
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = head
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = file.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"


class _Lines:
    """Physical lines with their numbers; what was read too far can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._waiting: list[str] = []
        self.row: list[str] = []
        self.number = 0
        self.width: int | None = None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.row) >= MOST_LINES_IN_A_ROW:
            raise _Runaway
        line = self._waiting.pop() if self._waiting else self._text.readline(MOST_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.row.append(line)
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        """Put `lines` back, as if they had not been read."""
        self._waiting.extend(reversed(lines))
        self.number -= len(lines)
        self.row = []


class _Runaway(Exception):  # noqa: N818 - never leaves this module
    """A row goes on and on: its quote was never closed."""


def _delimiter(lines: list[str]) -> str:
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4]
    # The header names most columns, so the line with most separators of one kind decides.
    return max(",;\t", key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _records(lines: _Lines, delimiter: str, lose: Lose) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.row = []
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _Runaway):
            spoiled, *following = lines.row
            lines.give_back(following)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            # A line with a stray quote is still readable when it has, by itself, as many cells as the header.
            cells = next(csv.reader([spoiled.rstrip("\r\n")], delimiter=delimiter), [])
            if lines.width not in (None, len(cells)):
                lose(line, "A quote is opened and never closed.")
                continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _rows(
    records: Iterator[tuple[int, list[str]]],
    header: list[str],
    mapping: Mapping[int, tuple[str, int]],
    lose: Lose,
) -> Iterator[tuple[int, dict[str, str]]]:
    by_rank = sorted(mapping.items(), key=lambda item: item[1][1])
    for line, cells in records:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            lose(line, f"The row has {len(cells)} cells, the header names {len(header)}.")
            continue
        row: dict[str, str] = {}
        for index, (field, _) in by_rank:
            if index < len(cells) and not row.get(field, "").strip():
                row[field] = cells[index].replace("\0", "")
        yield line, row
