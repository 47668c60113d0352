"""The process in which rules are judged: each in a child of its own, so that none sees another.

It is told by :mod:`.judging` what to judge, as one document on its standard
input, and answers with one document on its standard output.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from .apart import Ended, run_apart
from .applying import apply, make_result
from .catalogue import RULES
from .fresh import find_patches, look
from .imports import Importing
from .report import Result
from .rule import Rule
from .stand import Stand
from .subject import Source, Subject, SubjectError
from .trial import Trial, try_out
from .wording import enumerate_some

IMPORT_TIME_IS_UP = -getattr(signal, "SIGALRM", 0) or None
"""The status of a worker whose import took too long."""
LIMIT = 10.0
"""How long one rule may take, in seconds."""
JUDGES = {"stack_testing", "msgspec"}
"""The packages that find and write a verdict."""


class Order(msgspec.Struct, frozen=True):
    """What a worker is to do.

    :param folder: an empty one for its applications.
    :param path: where it imports from.
    :param rules: which it judges, by id.
    :param import_limit: after as many seconds of importing it is ended.
    :param mark: what an answer repeats, so that nothing else is taken for one.
    """

    subject: Subject
    folder: str
    path: list[str]
    rules: tuple[str, ...]
    abilities: tuple[str, ...]
    import_limit: int
    mark: str


class Answer(msgspec.Struct, frozen=True):
    """What a worker found."""

    trial: Trial
    results: tuple[Result, ...] = ()
    mark: str = ""


def main() -> None:
    """Read an order, judge, and answer."""
    out = os.dup(1)
    os.dup2(2, 1)  # what the extension prints is no part of the answer
    environment = dict(os.environ)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.path[:] = order.path
    warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
    found = msgspec.structs.replace(work(order, environment), mark=order.mark)
    answer = msgspec.json.encode(found)
    while answer:
        answer = answer[os.write(out, answer) :]


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """End this process when something takes too long, where the system has alarms."""
    if not hasattr(signal, "alarm"):
        yield
        return
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def work(order: Order, environment: dict[str, str]) -> Answer:
    """Try the extension out, and judge it by the rules.

    :param environment: this process's own, from before the extension was imported.
    """
    folder = Path(order.folder)
    try:
        source = _import(order)
    except SubjectError as error:
        return Answer(Trial(reason=str(error)))
    trial = _try(source, folder / "trial")
    if trial.reason and not trial.unmade:
        return Answer(trial)
    stand = Stand(source, folder, trial, frozenset(order.abilities))
    rules = [each for each in RULES if each.id in order.rules]
    if trial.unmade:
        return Answer(trial, tuple(_judge_unmade(rule, stand) for rule in rules))
    importing = Importing(trial, order.path, environment)
    # Those that ask what the import did come last: it goes on meanwhile.
    found = {rule.id: _judge(rule, stand) for rule in rules if not asks_imports(rule)}
    stand.imports = importing.wait()
    found |= {rule.id: _judge(rule, stand) for rule in rules if rule.id not in found}
    return Answer(trial, tuple(found[rule.id] for rule in rules))


def _import(order: Order) -> Source:
    """Import what is judged.

    :raises SubjectError: it cannot be, or it changes the kit.
    """
    own, before = os.getpid(), look()
    try:
        with limited(order.import_limit):
            source = Source(order.subject)
    finally:
        if os.getpid() != own:
            os._exit(0)  # forked off by the import; it would judge a second time
    changed = [
        each for each in find_patches(before, look(), "") if each.partition(".")[0] in JUDGES
    ]
    if changed:
        raise SubjectError(
            f"Its import sets {enumerate_some(changed)}, by which it would be judged."
            " Leave the kit as it is."
        )
    return source


def _try(source: Source, folder: Path) -> Trial:
    folder.mkdir()
    try:
        found = run_apart(lambda: msgspec.json.encode(try_out(source, folder)), LIMIT)
    except Ended as error:
        return Trial(reason=f"It cannot be put on an application. {error}")
    return msgspec.json.decode(found, type=Trial)


def _judge_unmade(rule: Rule, stand: Stand) -> Result:
    """Return what the one rule says that needs no extension, and that others were not asked."""
    if rule.id == "construction":
        return _judge(rule, stand)
    return make_result(rule, "not-run", reason="It cannot be constructed.")


def asks_imports(rule: Rule) -> bool:
    """Tell whether a rule judges what the import did."""
    return rule.id.startswith("import-")


def _judge(rule: Rule, stand: Stand) -> Result:
    """Return what one rule says."""
    start = time.perf_counter()
    try:
        found = run_apart(lambda: msgspec.json.encode(apply(rule, stand.apart(rule.id))), LIMIT)
        result = msgspec.json.decode(found, type=Result)
    except Ended as error:
        result = make_result(rule, "failed", seen=str(error), mend=rule.mend)
    return msgspec.structs.replace(result, seconds=round(time.perf_counter() - start, 3))
