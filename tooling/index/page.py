"""The page of the documentation that shows the index, and what is missing in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stack_testing.conformance import RULES
from stack_testing.conformance.rule import LEVELS
from workspace import ROOT

from .entry import Entry, Strangers
from .outcome import VARYING, Judgement, Outcome, Results

PAGE = ROOT / "docs" / "strangers.md"
TITLES = {each.id: each.title for each in RULES}
LEVEL_OF = {each.id: each.level for each in RULES}
KEPT = tuple(each.id for each in RULES if each.id not in VARYING)
VERDICTS = {
    "conforms": "conforms",
    "does-not-conform": "does not conform",
    "not-judged": "not judged",
}
NOTE = "<!-- Written by `nox -s index` from integration/index; do not edit. -->\n"
INTRODUCTION = """\
# The index of strangers

**Problem.** Rules that only their author's own extensions were judged by are opinions. And whoever
chooses an extension wants to know beforehand what it does to a second application, to the views of
others, or when `init_app` fails.

**Solution.** {count} of the most used extensions of others, each in a fixed version and an
environment of its own, judged by [the conformance kit](conformance.md): {conforming} conform,
{failing} do not, {unjudged} could not be judged. All of them are older than the rules, which
nobody promised to keep: a red is something to know, and not always an error.

{judged_by}
Nothing that was released after {until} is in the environments. `nox -s index` makes the page
again, and `nox -s index -- Flask-Login` renews one row.

**How they were judged.** With what `stack conform` is told in `integration/index/strangers.toml`.
A documented prefix of settings counts as the extension's own name, and one whose purpose it is to
change all answers, to replace the session or to wrap the WSGI callable declares that
[ability](reference/rules.md#abilities). {used} of them are used within the requests by which
threads, forks and connections are judged; of the others these rules know what they do to every
request. No server is there: what needs one is set up and not asked.
"""
BY_RULE = """\
## By rule

*Green* and *red* count extensions; for the others the rule is not applicable. What a rule looks at
is in [the rules](reference/rules.md).
"""
BY_EXTENSION = """\
## By extension

How many rules are red. Those that are not required do not count for the verdict.
"""
REASONS = """\
## The reasons

What the kit saw, and then what is in the source that is the reason.
"""


def find_missing(strangers: Strangers, results: Results) -> Iterator[str]:
    """Yield what the index lacks: judgements of these versions, and reasons of reds.

    A reason for what is not red any more is too much, and is told as well.
    """
    for entry in strangers.extension:
        judgement = results.judged.get(entry.distribution)
        if judgement is None or judgement.version != entry.version:
            yield f"{entry.distribution} {entry.version} is not judged yet. Run 'nox -s index'."
            continue
        reds = judgement.reds()
        for rule in reds:
            if not strangers.reason(entry, rule):
                yield f"{entry.distribution} is red by '{rule}', and its 'why' says nothing of it."
        for rule in entry.why:
            if rule not in reds:
                yield f"{entry.distribution} has a 'why' for '{rule}', which is not red."


def render(strangers: Strangers, results: Results) -> str:
    """Return the page."""
    pairs = [
        (entry, results.judged[entry.distribution])
        for entry in sorted(strangers.extension, key=lambda each: each.distribution.lower())
        if entry.distribution in results.judged
    ]
    verdicts = [judgement.verdict for _, judgement in pairs]
    introduction = INTRODUCTION.format(
        count=len(pairs),
        conforming=verdicts.count("conforms"),
        failing=verdicts.count("does-not-conform"),
        unjudged=verdicts.count("not-judged"),
        judged_by=_say_judged_by(pairs),
        until=strangers.until,
        used=sum(entry.use is not None for entry, _ in pairs),
    )
    parts = [NOTE + introduction, BY_RULE, *_tabulate_rules(pairs)]
    parts += [BY_EXTENSION, _tabulate_extensions(pairs), REASONS]
    parts += [_explain(strangers, entry, judgement) for entry, judgement in pairs]
    return "\n".join(parts)


def write_page(strangers: Strangers, results: Results, page: Path = PAGE) -> None:
    """Write the page."""
    page.write_text(render(strangers, results), "utf-8")


Pairs = list[tuple[Entry, Judgement]]


def _say_judged_by(pairs: Pairs) -> str:
    """Return the versions that judged, each set once."""
    found = dict.fromkeys(
        f"stack-testing {by['stack-testing']} on Flask {by['flask']} and Python {by['python']}"
        for _, judgement in pairs
        if (by := judgement.judged_by)
    )
    return f"They were judged by {'; '.join(found)}."


def _tabulate_rules(pairs: Pairs) -> Iterator[str]:
    """Yield a table for each level: how many keep to each rule, and who does not."""
    for level in LEVELS:
        rows = [
            f"### {level.capitalize()} rules\n",
            "| Rule | Green | Red |",
            "| --- | --- | --- |",
        ]
        for rule in KEPT:
            outcomes = [j.results[rule].outcome for _, j in pairs if rule in j.results]
            if LEVEL_OF[rule] != level or not {"passed", "failed"} & {*outcomes}:
                continue
            who = [_link(entry) for entry, judgement in pairs if rule in judgement.reds()]
            red = f"{len(who)}: {', '.join(who)}" if who else "0"
            rows.append(f"| `{rule}` | {outcomes.count('passed')} | {red} |")
        yield "\n".join(rows) + "\n"


def _tabulate_extensions(pairs: Pairs) -> str:
    rows = [
        "| Extension | Verdict | Required | Advised | Informative |",
        "| --- | --- | --- | --- | --- |",
    ]
    for entry, judgement in pairs:
        reds = [LEVEL_OF.get(rule) for rule in judgement.reds()]
        counts = (
            ["–"] * len(LEVELS)
            if judgement.verdict == "not-judged"
            else [str(reds.count(level)) for level in LEVELS]
        )
        cells = [f"{_link(entry)} {entry.version}", VERDICTS[judgement.verdict], *counts]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _explain(strangers: Strangers, entry: Entry, judgement: Judgement) -> str:
    """Return the section of one extension: its reds with their reasons."""
    lines = [f"({_anchor(entry)})=", f"### {entry.distribution} {entry.version}\n"]
    lines.append(f"{entry.about[0].upper()}{entry.about[1:]}; `{entry.target}`.\n")
    if judgement.verdict == "not-judged":
        lines.append(f"Not judged: {_plain(judgement.reason)}\n")
    reds = judgement.reds()
    for rule in sorted(reds, key=lambda each: (LEVELS.index(LEVEL_OF[each]), KEPT.index(each))):
        why = strangers.reason(entry, rule)
        lines.append(f"- `{rule}` ({LEVEL_OF[rule]}). {_tell(reds[rule])} {why}")
    if not reds and judgement.verdict != "not-judged":
        lines.append("It keeps to all rules.")
    return "\n".join(lines).rstrip() + "\n"


def _tell(outcome: Outcome) -> str:
    """Return what was seen, with the lines of the source where it was seen."""
    places = [f"`{each}`" for each in outcome.evidence if ".py:" in each][:2]
    return _plain(outcome.seen) + (f" ({', '.join(places)})" if places else "")


def _plain(text: str) -> str:
    """Return a text in which nothing is markup: what is quoted becomes code."""
    for sign in "\\`*_<>[]$":
        text = text.replace(sign, f"\\{sign}")
    return text


def _anchor(entry: Entry) -> str:
    return f"stranger-{entry.distribution.lower()}"


def _link(entry: Entry) -> str:
    return f"[{entry.distribution}](#{_anchor(entry)})"
