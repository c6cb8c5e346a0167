"""Listening sockets of the stand-ins."""

import socket


def bind(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1 (port 0: any free one). Raises OSError when the port is taken."""
    # asyncio turns Nagle off only where the protocol is named; without it every small answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
