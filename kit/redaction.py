"""Secrets that this process has held in the clear, so that what others say about them is not passed on.

A vendor may repeat a key in its error, a library may put it in an exception. Whoever opens a secret remembers it here;
logs, error reports, answers and stored reasons leave it out, however it is written: plain, percent-encoded, in JSON, in
base64 wherever it begins, in hexadecimal. The last `MOST` are remembered, by this process only.
"""

import base64
import json
from collections import OrderedDict
from threading import Lock
from urllib.parse import quote, quote_plus

MOST = 400
SHORTEST = 8
HIDDEN = "[secret]"
_known: OrderedDict[str, tuple[str, ...]] = OrderedDict()
_lock = Lock()


def remember(secret: str) -> str:
    """Leave `secret` out of everything that passes :func:`redact` from now on, and give it back.

    What has fewer than eight characters would hide ordinary words and is not remembered.
    """
    if len(secret) >= SHORTEST:
        with _lock:
            if secret in _known:
                _known.move_to_end(secret)
            else:
                _known[secret] = _forms(secret)
                if len(_known) > MOST:
                    _known.popitem(last=False)
    return secret


def redact(text: str) -> str:
    """`text` without the secrets that this process remembers."""
    with _lock:
        found = [form for forms in _known.values() for form in forms if form in text]
    # The longest first: one form may be part of another.
    for form in sorted(found, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


def _forms(secret: str) -> tuple[str, ...]:
    raw = secret.encode()
    forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], raw.hex()}
    for before in range(3):
        # In the middle of a longer text the first and last characters of base64 also hold what stands beside it.
        text = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        inner = text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return tuple(forms)
