"""Serves the built panel: files as they are, the start page for its addresses, and its settings as /env.js.

Settings come from the environment: PANEL_FOLDER, and every VITE_… variable, which reaches the browser.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

# Built files carry a hash in their names and never change; everything else is asked for again each time.
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def create_app(folder: Path, settings: Mapping[str, str]) -> Starlette:
    """The server of one built panel. `settings` are shown to the browser, so nothing secret goes in."""
    root = folder.resolve()
    script = f"window.__ENV__ = {json.dumps(dict(settings))};\n".replace("<", "\\u003c")

    async def env(_: Request) -> Response:
        return Response(script, media_type="text/javascript", headers={"cache-control": ASK_AGAIN})

    async def page(request: Request) -> Response:
        wanted = (root / request.path_params["path"]).resolve()
        if wanted.is_relative_to(root) and wanted.is_file():
            kept = FOR_GOOD if wanted.is_relative_to(root / "assets") else ASK_AGAIN
            return FileResponse(wanted, headers={"cache-control": kept, "x-content-type-options": "nosniff"})
        if wanted.suffix:
            return PlainTextResponse("Not found", 404)
        return FileResponse(root / "index.html", headers={"cache-control": ASK_AGAIN, "x-frame-options": "DENY"})

    return Starlette(
        routes=[Route("/env.js", env), Route("/{path:path}", page)],
        middleware=[Middleware(GZipMiddleware, minimum_size=1024)],
    )


def app() -> Starlette:
    """The factory that uvicorn calls."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("VITE_")}
    return create_app(Path(os.environ["PANEL_FOLDER"]), settings)
