"""Serves the application until it is told to stop."""

import subprocess
import time
import urllib.request

from launch import Trouble

from .options import HOST
from .workshop import Workshop

PATIENCE = 60.0
WHERE = """
The flights are at {address}/flights/ (Ctrl-C stops)
  for programs at  {address}/api/flights
  to be tried at   {address}/api/docs
"""


def serve(workshop: Workshop, port: int) -> int:
    """Serve until Ctrl-C; says the addresses as soon as it answers.

    :raises Trouble: When it does not come to answer.
    """
    command = [workshop.program("flask"), "run", f"--host={HOST}", f"--port={port}"]
    with subprocess.Popen(
        command, cwd=workshop.application, env=workshop.environment(), stdin=subprocess.DEVNULL
    ) as server:
        try:
            wait(server, f"http://{HOST}:{port}")
            print(WHERE.format(address=f"http://{HOST}:{port}"), flush=True)
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            server.terminate()
            server.wait()


def wait(server: "subprocess.Popen[bytes]", address: str) -> None:
    """Wait until the application answers.

    :raises Trouble: When it does not come to.
    """
    # No proxy stands between this program and this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            opener.open(f"{address}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Trouble(f"The application does not answer at {address}: its own words are above.")
