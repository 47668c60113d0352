"""The harness's start-up measure with our application among its stacks."""

from typing import Any

import startup

startup.STACKS["stack"] = ("stack", [])
startup.__file__ = __file__  # its children are started from this file
peers = startup.child


def child(name: str) -> Any:
    """Make our application, or a peer's."""
    if name != "stack":
        return peers(name)
    from adapters import stack_

    return stack_.create("ext", None, startup.URL)[0]


startup.child = child
startup.main()
