"""Bodies made into objects."""

import json
from typing import Any
from urllib.parse import parse_qsl

from kit.errors import Invalid


def payload_of(body: bytes, content_type: str) -> dict[str, Any]:
    """The object that a body holds, as JSON or as a form; Invalid when it holds none."""
    try:
        # Nobody signs the content type: JSON that somebody called a form must not be stored as one and then stand in
        # the way of the true delivery.
        if content_type.strip().lower().startswith(
            "application/x-www-form-urlencoded"
        ) and not body.lstrip().startswith(b"{"):
            return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=500))
        payload = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not JSON.") from error
    if not isinstance(payload, dict):
        raise Invalid("The body is not a JSON object.")
    return payload


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
