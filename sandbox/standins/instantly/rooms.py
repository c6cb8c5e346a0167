"""What Instantly's rooms of routes have in common: errors, pages, rows that may be deleted."""

import uuid
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.standins.instantly.story import Story
from sandbox.standins.instantly.world import owner
from sandbox.standins.standin import Record, public
from sandbox.story import outcomes

REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class Rooms(Story):
    """Base of the groups of routes."""

    def error(self, status: int, message: str) -> Response:
        """Instantly's error body."""
        reason = REASONS.get(status, "Error")
        return JSONResponse({"statusCode": status, "error": reason, "message": message}, status_code=status)

    def new_id(self) -> str:
        """An id for a new row."""
        return str(uuid.uuid4())

    def live(self, table: str) -> list[Record]:
        """The rows of a table in the current workspace, as the API shows them."""
        return [public(row) for row in self.here(table)]

    def find(self, table: str, request: Request) -> Record | None:
        """The row named in the path."""
        return self.known(table, request.path_params["id"])

    def known(self, table: str, row_id: object) -> Record | None:
        """A row of the current workspace by its id."""
        row = self.tables[table].get(str(row_id))
        return None if row is None or row.get("_deleted") or owner(row) != self.workspace else row

    def one(self, table: str, request: Request) -> Response:
        """The row named in the path, or 404."""
        row = self.find(table, request)
        return self.error(404, "Not found") if row is None else JSONResponse(public(row))

    def delete(self, table: str, request: Request, effect: str) -> Response:
        """Delete the row named in the path, or 404."""
        row = self.find(table, request)
        if row is None:
            return self.error(404, "Not found")
        self.effect(effect, row["id"], table, row | {"_deleted": True})
        return JSONResponse(public(row))

    def page(self, query: Mapping[str, object], rows: Iterable[Record], key: str = "id") -> Response:
        """One page. `next_starting_after` comes with every page that has rows: only an empty page is the last."""
        limit = query.get("limit", 10)
        if not str(limit).isdigit() or not 1 <= int(str(limit)) <= 100:
            return self.error(400, "querystring/limit must be <= 100")
        items = list(rows)
        if after := query.get("starting_after"):
            at = next((place for place, row in enumerate(items) if row[key] == after), len(items))
            items = items[at + 1 :]
        items = items[: int(str(limit))]
        return JSONResponse({"items": items} | ({"next_starting_after": items[-1][key]} if items else {}))

    def will_bounce(self, email: str) -> bool:
        """Whether mails to this address come back."""
        return outcomes.card(self.seed, email).fate == "bounce"
