"""Processes of Python's own that do the same thing at the same moment."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import pytest

_LOOP = """
import json, sys, time

def take_turns(key, rounds):
    for _ in range(rounds):
        while not keep.add(key, b"%d" % me, ttl=600):
            time.sleep(0.001)
        total = int(keep.get(key + ":sum"))
        time.sleep(0)
        keep.put(key + ":sum", b"%d" % (total + 1), ttl=600)
        keep.delete(key)
    return rounds

keep.get("contract:warm")
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(eval(json.loads(line))), flush=True)
"""


class Crowd:
    """Several processes that have run a program and then evaluate what they are asked.

    :param program: Python source that binds ``keep``; ``me`` is the number of the process.
    :param size: how many there are.
    :raises RuntimeError: one cannot run the program.
    """

    def __init__(self, program: str, size: int) -> None:
        self.program = program
        self._processes: list[subprocess.Popen[str]] = []
        self._open = ExitStack()
        try:
            for number in range(size):
                self._processes.append(self._open.enter_context(_start(program, number)))
            for process in self._processes:
                _read(process)
        except BaseException:
            self.close()
            raise

    def ask(self, expression: str) -> list[Any]:
        """Return what each process answers; all begin before the first has ended.

        :raises RuntimeError: a process has failed; the message ends with what it printed.
        """
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(json.dumps(expression) + "\n")
            process.stdin.flush()
        return [json.loads(_read(process)) for process in self._processes]

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill()
        self._open.close()


_LATEST = pytest.StashKey[Crowd]()


def find_crowd(config: pytest.Config, program: str, size: int) -> Crowd:
    """Return processes that run a program; the former ones if they run the same.

    They end with the session, or when others are asked for.
    """
    latest = config.stash.get(_LATEST, None)
    if latest is not None and latest.program == program:
        return latest
    if latest is None:
        config.add_cleanup(lambda: _end_latest(config))
    else:
        _end_latest(config)
    crowd = config.stash[_LATEST] = Crowd(program, size)
    return crowd


def _end_latest(config: pytest.Config) -> None:
    latest = config.stash.get(_LATEST, None)
    if latest is not None:
        del config.stash[_LATEST]
        latest.close()


def _start(program: str, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"me = {number}\n{program}\n{_LOOP}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def _read(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"A process of the contract has ended.\n{process.stderr.read()}")
    return line
