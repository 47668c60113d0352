"""Judging an extension: the part of it that outlives what an extension may do."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import msgspec

from stack_core.protocol import PROTOCOL

from .ability import ABILITIES
from .apart import Ended, Program
from .applying import make_result
from .catalogue import RULES, find_rule
from .report import Identification, Report, Result, Verdict, judge_results
from .rule import LEVELS, Level
from .subject import Subject
from .trial import Trial
from .wording import enumerate_some
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
    :raises ValueError: an ability, a rule or a level is unknown, an exemption has no reason, or
        every required rule is exempt.
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
            mark=secrets.token_hex(),
            abilities=tuple(sorted(abilities)),
            import_limit=IMPORT_LIMIT,
        )
        answer = _ask(order)
    results = tuple(_exempt(each, exempt) for each in _complete(answer, asked))
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
    """Refuse what is no ability, no rule or no level, and exemptions without a reason or limit.

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
    if {each.id for each in RULES if each.level == "required"} <= exemptions.keys():
        raise ValueError(
            "Every required rule is exempt, so that nothing would be judged."
            " Leave those that hold to be judged."
        )
    if level not in LEVELS:
        raise ValueError(f"{level!r} is no level. There are {', '.join(LEVELS)}.")


def _path() -> list[str]:
    """Return where this process imports from, with names that hold in another folder too."""
    return [str(Path(each).absolute()) for each in sys.path]


def _ask(order: Order) -> Answer:
    """Return what another process answers, as far as this one can know that it is an answer."""
    # Not with -m: the package imports the worker itself, of which Python would warn.
    words = ["-c", f"from {__package__}.worker import main; main()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(order.path)}
    program = Program(words, msgspec.json.encode(order), environment, Path(order.folder))
    try:
        status, said, complaint = program.wait(PATIENCE)
    except Ended:
        return Answer(Trial(reason=f"It could not be judged within {PATIENCE} seconds."))
    if status == IMPORT_TIME_IS_UP:
        return Answer(Trial(reason=f"Its import did not end within {order.import_limit} seconds."))
    if status or not said:
        reason = f"The process that judges it ended with status {status} ({complaint})."
        return Answer(Trial(reason=reason))
    try:
        answer = msgspec.json.decode(said, type=Answer)
    except msgspec.DecodeError:
        answer = Answer(Trial())
    if answer.mark != order.mark:
        return Answer(
            Trial(reason="What was written in the place of the report is not the kit's.")
        )
    return answer


def _complete(answer: Answer, asked: Collection[str]) -> Iterator[Result]:
    """Yield a result for each rule that was asked, with the weight that the rule has here."""
    found = {each.rule: each for each in answer.results}
    for rule in map(find_rule, dict.fromkeys(asked)):
        result = found.get(rule.id)
        if result is None:
            yield make_result(rule, "not-run", reason="It could not be judged.")
        else:
            known = {"number": rule.number, "level": rule.level, "title": rule.title}
            yield msgspec.structs.replace(result, **known)


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
    reason = trial.reason
    if not reason and (missing := [each.rule for each in results if each.outcome == "not-run"]):
        reason = f"There is no answer for {enumerate_some(missing)}."
    if reason and verdict == "conforms":
        return "not-judged", reason
    return verdict, reason


def _identify(subject: Subject, trial: Trial) -> Identification:
    return Identification(
        target=subject.target,
        kind=trial.kind or None,
        name=trial.name,
        protocol=trial.protocol,
        distribution=trial.distribution,
        version=trial.version,
    )
