"""A circuit breaker: nobody waits for a server that did not answer a moment ago."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from sqlalchemy.engine import Engine

from .disposal import on_disposal
from .fault import Fault, find_fault

SLOW = 1.0
"""Seconds after which a failure to connect was slow; a quick one harms nobody."""
INTERVAL = 1.0
"""Seconds from one question to the next while the circuit is open."""
FORGET = 5.0
"""Seconds without a caller after which nobody is waiting for an answer any more."""
_SHORTEST = 2


class Circuit:
    """Stands between the pool and the driver when a connection is made.

    A server that refuses costs next to nothing, and each caller may ask it. One
    that is silent, because its network swallows packets, costs every thread the
    whole time-out, and a site whose threads all wait is down for pages that
    need no database, too. So when connecting failed slowly, or has been taking
    long for somebody else, callers get the last error at once, while one thread
    asks at most every second. Its success closes the circuit again.

    :param connect: the dialect's way to connect.
    :param driver: the driver's module, for its classes of errors.
    :param limit: the driver's argument for the time-out of a connection, or empty.
    """

    def __init__(self, connect: Callable[..., Any], *, driver: Any, limit: str = "") -> None:
        self._connect = connect
        self._driver = driver
        self._limit = limit
        self.reset()

    def reset(self) -> None:
        """Close the circuit and forget who is connecting, as a forked process must."""
        self._lock = Lock()
        self._refusal: Exception | None = None
        self._waiting: dict[object, float] = {}
        self._usual: float | None = None
        self._asked = 0.0
        self._thread: Thread | None = None
        self._stopped = Event()

    @property
    def is_open(self) -> bool:
        """Whether callers are refused at once."""
        return self._refusal is not None

    def stop(self) -> None:
        """Let the thread that asks come to an end, and close the circuit."""
        self._stopped.set()
        self._refusal = None

    def __call__(self, *positional: Any, **named: Any) -> Any:
        """Connect, or raise the last error while the circuit is open."""
        refusal = self._refusal or self._find_silence()
        if refusal is not None:
            self._asked = monotonic()
            self._watch(refusal, positional, named)
            # A new one each time: a traceback would grow on one that is raised again.
            raise type(refusal)(*refusal.args)
        token, began = object(), monotonic()
        self._waiting[token] = began
        try:
            made = self._connect(*positional, **named)
        except self._driver.Error as error:
            if monotonic() - began > SLOW and find_fault(error) is Fault.UNAVAILABLE:
                self._asked = monotonic()
                self._watch(error, positional, named)
            raise
        finally:
            self._waiting.pop(token, None)
        # The longest of late: one slow moment is forgotten after some connections.
        self._usual = max(monotonic() - began, 0.8 * (self._usual or 0))
        return made

    def _find_silence(self) -> Exception | None:
        """Return what to raise when somebody else has been waiting for long."""
        # A copy, because other threads come and go.
        waiting = list(self._waiting.values())
        if not waiting or monotonic() - min(waiting) < max(SLOW, 2 * (self._usual or 0)):
            return None
        # The number is MySQL's for a server that is not reached; others do not mind it.
        silence: Exception = self._driver.OperationalError(
            2003, "The server has not answered another caller yet."
        )
        return silence

    def _watch(self, refusal: Exception, positional: Any, named: dict[str, Any]) -> None:
        """Open the circuit, and have somebody ask until there is an answer."""
        with self._lock:
            self._refusal = refusal
            if self._thread is not None and self._thread.is_alive():
                return
            self._stopped = Event()
            self._thread = Thread(
                target=self._ask,
                args=(self._stopped, positional, self._shorten(named)),
                name="stack-db-circuit",
                daemon=True,
            )
            self._thread.start()

    def _shorten(self, named: dict[str, Any]) -> dict[str, Any]:
        """Give an attempt less time where connecting is known to be quick.

        A server that is back answers the next attempt, not the one that its
        network swallowed.
        """
        if self._usual is None or not self._limit or self._limit not in named:
            return named
        quick = max(_SHORTEST, round(3 * self._usual))
        return {**named, self._limit: min(named[self._limit], quick)}

    def _ask(self, stopped: Event, positional: Any, named: dict[str, Any]) -> None:
        while not stopped.is_set() and monotonic() - self._asked < FORGET:
            began = monotonic()
            try:
                self._connect(*positional, **named).close()
            except Exception:
                took = monotonic() - began
                if took < SLOW / 2:  # It refuses by itself again.
                    break
                stopped.wait(max(0, INTERVAL - took))
            else:
                break
        if self._stopped is stopped:
            self._refusal = None


def guard(engine: Engine, limit: str) -> Circuit:
    """Put a circuit before what an engine connects with.

    :param limit: the driver's argument for the time-out of a connection, or empty.
    """
    dialect = engine.dialect
    circuit = Circuit(dialect.connect, driver=dialect.loaded_dbapi, limit=limit)
    # The dialect belongs to this engine alone.
    vars(dialect)["connect"] = circuit

    def disposed(engine: Engine) -> None:
        circuit.stop()

    on_disposal(engine, disposed)
    if hasattr(os, "register_at_fork"):
        found = weakref.ref(circuit)

        def forget() -> None:
            here = found()
            if here is not None:
                here.reset()

        os.register_at_fork(after_in_child=forget)
    return circuit
