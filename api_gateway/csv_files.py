"""CSV that a spreadsheet opens without harm: UTF-8 with mark, every cell that looks like a formula neutralised."""

import codecs
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse

_TYPE = "text/csv; charset=utf-8"
# The wide forms are read as the narrow ones by spreadsheets in Japanese.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def _headers(file_name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file_name}"'}


def csv_answer(file_name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download named `file_name` with one line per row."""
    content = codecs.BOM_UTF8 + _lines([header]) + _lines(rows)
    return Response(content, media_type=_TYPE, headers=_headers(file_name))


def csv_stream(file_name: str, header: Sequence[str], pages: AsyncIterator[Iterable[Sequence[Any]]]) -> Response:
    """The same for what is too much to hold: each page is sent before the next is read."""

    async def content() -> AsyncIterator[bytes]:
        yield codecs.BOM_UTF8 + _lines([header])
        async for rows in pages:
            yield _lines(rows)

    return StreamingResponse(content(), media_type=_TYPE, headers=_headers(file_name))
