"""A network that swallows packets holds up few, and nobody who needs no database."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import make_url

from proxy import Proxy
from servers import HOST, Server

from .conftest import Serve, ask

pytestmark = [pytest.mark.services, pytest.mark.slow]

QUICK, TIMEOUT, HEALED = 0.5, 5, 2.0


def through(server: Server, proxy: Proxy) -> str:
    """Return the address of a server behind a proxy."""
    return make_url(server.url).set(port=proxy.port).render_as_string(hide_password=False)


def write(port: int, number: int = 0) -> tuple[int, float]:
    return ask(port, f"/rows/50/{number}", "POST")


def wait_until_written(port: int) -> float:
    """Return the seconds until a write is acknowledged."""
    began = time.monotonic()
    while write(port)[0] != 201:
        assert time.monotonic() - began < 20
        time.sleep(0.02)
    return time.monotonic() - began


def test_unanswered_connections_hold_up_few(server: Server, serve: Serve, capsys: Any) -> None:
    """Whoever comes after the first second of silence is answered at once; it heals in two."""
    with Proxy(HOST, server.port) as proxy:
        proxy.silence()
        with serve(through(server, proxy), workers=1, threads=4) as port:
            with ThreadPoolExecutor(8) as pool:
                first = list(pool.map(lambda _: write(port), range(8)))
                assert ask(port, "/healthz")[1] < QUICK
                later = list(pool.map(lambda _: write(port), range(40)))
            assert ask(port, "/readyz")[0] == 503
            proxy.resume()
            healed = wait_until_written(port)
            assert ask(port, "/readyz")[0] == 200
    with capsys.disabled():
        print(
            f"\n{type(server).__name__} silent: first wave {max(t for _, t in first):.2f} s,"
            f" later {max(t for _, t in later):.2f} s, healed after {healed:.2f} s"
        )
    assert {status for status, _ in first + later} == {503}
    assert max(took for _, took in first) < TIMEOUT + 1
    assert max(took for _, took in later) < QUICK
    assert healed < HEALED


def test_cut_connections_are_noticed(server: Server, serve: Serve) -> None:
    """Connections that were cut a moment after their use are replaced, before anything is sent."""
    with Proxy(HOST, server.port) as proxy, serve(through(server, proxy), workers=1) as port:
        for _ in range(10):
            with ThreadPoolExecutor(4) as pool:
                assert {status for status, _ in pool.map(lambda n: write(port, n), range(8))} == {
                    201
                }
            proxy.cut()
            time.sleep(0.05)


def test_suspended_server_is_survived(server: Server, serve: Serve) -> None:
    """A server that hangs and goes on: nothing but 201 and 503, and it heals."""
    with serve(
        server.url, workers=1, threads=4, DB_STATEMENT_TIMEOUT=1, DB_CONNECT_TIMEOUT=2
    ) as port:
        assert write(port)[0] == 201
        server.suspend()
        try:
            with ThreadPoolExecutor(4) as pool:
                waiting = [pool.submit(write, port, number) for number in range(4)]
                time.sleep(8)
                server.resume()
                statuses = {each.result()[0] for each in waiting}
        finally:
            server.resume()
        assert statuses <= {201, 503}
        assert wait_until_written(port) < HEALED


def test_unknown_host_is_503(serve: Serve, server: Server) -> None:
    """A name that is not resolved is a fault like any other."""
    address = make_url(server.url).set(host="database.invalid").render_as_string(False)
    with serve(address, workers=1) as port:
        assert write(port)[0] == 503
        assert ask(port, "/readyz")[0] == 503
        assert ask(port, "/healthz")[0] == 200


def test_started_without_its_server(server: Server, serve: Serve) -> None:
    """The application starts, answers 503, and is there with its server."""
    server.stop(server.FAST)
    try:
        with serve(server.url, workers=1) as port:
            assert ask(port, "/readyz")[0] == 503
            assert write(port)[0] == 503
            accepted = server.start()
            healed = wait_until_written(port)
            assert time.monotonic() - accepted < HEALED
            assert healed < HEALED
            assert ask(port, "/readyz")[0] == 200
    finally:
        if server.is_stopped:
            server.start()
