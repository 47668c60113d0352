"""A view that touches nothing, on bare Flask, on Flask-SQLAlchemy and on core with db."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

from application import make

ENVIRON: dict[str, Any] = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost",
    "HTTP_ACCEPT": "*/*",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def answer_bursts(one: Callable[[], object]) -> None:
    """Do something as often as each line of the input says, and print its CPU seconds."""
    print("ready", flush=True)
    for line in sys.stdin:
        count = int(line)
        one()
        begun = time.process_time()
        for _ in range(count):
            one()
        print(time.process_time() - begun, flush=True)


def main() -> None:
    app = make(sys.argv[1])
    app.add_url_rule("/", "hello", lambda: "hello")

    def start(status: str, headers: object, error: object = None) -> Any:
        if status != "200 OK":
            raise SystemExit(status)

    def one() -> None:
        answer: Any = app(ENVIRON | {"wsgi.input": io.BytesIO()}, start)
        if b"".join(answer) != b"hello":
            raise SystemExit("not hello")
        answer.close()

    answer_bursts(one)


if __name__ == "__main__":
    main()
