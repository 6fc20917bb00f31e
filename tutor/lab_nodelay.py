"""A Jupyter Server extension that sends a kernel's messages at once (TCP_NODELAY).

The server lets the operating system hold back small messages until the former one is confirmed
(Nagle's algorithm), and the browser confirms after up to 40 ms. A slider's picture that waits for
its turn arrives that much later. This asks for each message to be sent at once, on the connections
between kernels and the page only.

Enable it for one server: `jupyter lab --ServerApp.jpserver_extensions=tutor.lab_nodelay=True`.
"""

from __future__ import annotations

import functools
from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "tutor.lab_nodelay"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Make each websocket that opens to a kernel send without delay."""
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    opened = KernelWebsocketHandler.open

    @functools.wraps(opened)
    async def open_without_delay(self: Any, *args: Any, **kwargs: Any) -> None:
        self.set_nodelay(True)
        await opened(self, *args, **kwargs)  # type: ignore[no-untyped-call]

    KernelWebsocketHandler.open = open_without_delay  # type: ignore[method-assign]
    server.log.info("tutor: kernel messages are sent without delay (TCP_NODELAY)")
