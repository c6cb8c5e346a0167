"""CSV that a spreadsheet opens without harm: UTF-8 with mark, every cell that looks like a formula neutralised."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_answer(file_name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download named `file_name` with one line per row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return Response(
        buffer.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
