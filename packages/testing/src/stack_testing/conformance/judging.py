"""Judging an extension: the part of it that outlives what an extension may do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import msgspec

from stack_core.protocol import PROTOCOL

from .ability import ABILITIES
from .applying import make_result
from .catalogue import RULES, find_rule
from .report import Identification, Report, Result, Verdict, judge_results
from .rule import LEVELS, Level
from .subject import Subject
from .trial import Trial
from .worker import IMPORT_TIME_IS_UP, Answer, Order

PATIENCE = 120
"""How long all rules together may take, in seconds."""
IMPORT_LIMIT = 30
"""How long the import of an extension may take, in seconds."""


def judge(
    subject: Subject,
    *,
    abilities: Collection[str] = (),
    exemptions: Mapping[str, str] | None = None,
    level: Level = "required",
    rules: Collection[str] = (),
) -> Report:
    """Judge an extension by all rules, in processes of their own.

    :param abilities: what the extension declares that it does.
    :param exemptions: by rule, the reason why it does not hold here.
    :param level: what fails at this level or above does not conform.
    :param rules: judge by these only, by id.
    :raises ValueError: an ability, a rule or a level is unknown, or an exemption has no reason.
    """
    exempt = dict(exemptions or {})
    check_words(abilities, exempt, level, rules)
    asked = rules or [each.id for each in RULES]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        order = Order(
            subject,
            folder,
            _path(),
            tuple(asked),
            abilities=tuple(sorted(abilities)),
            import_limit=IMPORT_LIMIT,
        )
        answer = _ask(order)
    results = tuple(_exempt(each, exempt) for each in answer.results or _not_run(asked))
    verdict, reason = _conclude(answer.trial, results, level)
    return Report(
        extension=_identify(subject, answer.trial),
        verdict=verdict,
        reason=reason,
        level=level,
        abilities=order.abilities,
        judged_by={
            "stack-testing": version("stack-testing"),
            "stack-core": version("stack-core"),
            "protocol": str(PROTOCOL),
            "flask": version("flask"),
            "python": python_version(),
        },
        results=results,
        seconds=round(time.perf_counter() - start, 2),
    )


def check_words(
    abilities: Collection[str],
    exemptions: Mapping[str, str],
    level: str = "required",
    rules: Collection[str] = (),
) -> None:
    """Refuse what is no ability, no rule or no level, and an exemption without a reason.

    :raises ValueError: with what is wrong and what there is.
    """
    for ability in abilities:
        if ability not in ABILITIES:
            raise ValueError(f"{ability!r} is no ability. There are {', '.join(ABILITIES)}.")
    for rule in (*exemptions, *rules):
        try:
            find_rule(rule)
        except LookupError as error:
            raise ValueError(str(error)) from None
    for rule, reason in exemptions.items():
        if not reason.strip():
            raise ValueError(f"The rule {rule!r} is exempt without a reason. Give one.")
    if level not in LEVELS:
        raise ValueError(f"{level!r} is no level. There are {', '.join(LEVELS)}.")


def _path() -> list[str]:
    """Return where this process imports from, with names that hold in another folder too."""
    return [str(Path(each).absolute()) for each in sys.path]


def _ask(order: Order) -> Answer:
    # The face of the package has imported the worker's module; that is meant so.
    quiet = ("-W", "ignore::RuntimeWarning:runpy")
    command = [sys.executable, "-P", *quiet, "-m", f"{__package__}.worker"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(order.path)}
    try:
        done = subprocess.run(
            command,
            input=msgspec.json.encode(order),
            capture_output=True,
            timeout=PATIENCE,
            env=environment,
            cwd=order.folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(Trial(reason=f"It could not be judged within {PATIENCE} seconds."))
    if done.returncode == IMPORT_TIME_IS_UP:
        return Answer(Trial(reason=f"Its import did not end within {order.import_limit} seconds."))
    if done.returncode or not done.stdout:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        status = f"with status {done.returncode} ({lines[-1]})"
        return Answer(Trial(reason=f"The process that judges it ended {status}."))
    return msgspec.json.decode(done.stdout, type=Answer)


def _not_run(rules: Collection[str]) -> list[Result]:
    """Return the results of rules when nothing could be judged."""
    reason = "It could not be judged."
    return [make_result(find_rule(each), "not-run", reason=reason) for each in rules]


def _exempt(result: Result, exemptions: Mapping[str, str]) -> Result:
    """Return the result of a rule that may be exempt; one that holds all the same says so."""
    reason = exemptions.get(result.rule)
    if reason is None or result.outcome in ("not-applicable", "not-run"):
        return result
    if result.outcome == "passed":
        reason += " (It passes: the exemption can go.)"
    return msgspec.structs.replace(result, outcome="exempt", reason=reason)


def _conclude(trial: Trial, results: tuple[Result, ...], level: Level) -> tuple[Verdict, str]:
    verdict = judge_results(results, level)
    if trial.reason and verdict == "conforms":
        return "not-judged", trial.reason
    return verdict, trial.reason


def _identify(subject: Subject, trial: Trial) -> Identification:
    return Identification(
        target=subject.target,
        kind=trial.kind or None,
        name=trial.name,
        protocol=trial.protocol,
        distribution=trial.distribution,
        version=trial.version,
    )
