import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from tutor import lab_nodelay


def test_each_connection_sends_without_delay_before_it_opens(monkeypatch):
    calls = []

    async def opened(self, kernel_id):
        calls.append(("opened", kernel_id))

    monkeypatch.setattr(KernelWebsocketHandler, "open", opened)
    lab_nodelay._load_jupyter_server_extension(SimpleNamespace(log=logging.getLogger("test")))
    handler = SimpleNamespace(set_nodelay=lambda value: calls.append(("nodelay", value)))
    # In a thread of its own: the browser's tests leave a running loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, KernelWebsocketHandler.open(handler, "kernel-1")).result()
    assert calls == [("nodelay", True), ("opened", "kernel-1")]


def test_nothing_changes_unless_the_server_loads_it():
    assert KernelWebsocketHandler.open.__module__.startswith("jupyter_server")
    with pytest.raises(AttributeError):
        _ = KernelWebsocketHandler.open.__wrapped__


def test_jupyter_finds_the_extension():
    (point,) = lab_nodelay._jupyter_server_extension_points()
    assert point["module"] == lab_nodelay.__name__
