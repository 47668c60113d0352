"""Every rule rejects an extension that breaks it, and no other rule rejects that one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stack_testing.conformance import RULES, Report, Subject, judge

from .installing import HERE, install

BROKEN = HERE / "broken"
#: What is to be known of a broken extension beside its module.
GIVEN: Mapping[str, dict[str, Any]] = {
    "missing-requirement": {"others": ["Helper"]},
    "serves-async": {"use": "use", "abilities": ["serves-async"]},
    "typed": {"types": False},
    "classified": {"metadata": {"Classifier": ""}},
    "versioned": {"metadata": {"Version": "0.0.0"}},
    "flask-floor": {"metadata": {"Requires-Dist": "flask"}},
    "licensed": {"metadata": {"License-Expression": ""}},
}
#: Which other rules a broken extension cannot help to break, too.
ALSO = {
    "no-self-app": {"app-is-freed"},
    "handlers": {"dispatching"},
}


def judge_module(
    source: Path,
    folder: Path,
    *,
    kind: str = "Broken",
    use: str = "",
    others: tuple[str, ...] = (),
    abilities: tuple[str, ...] = (),
    **installed: Any,
) -> Report:
    """Install a module of an extension and judge it."""
    name = install(source, folder, **installed)
    subject = Subject(
        target=f"{name}:{kind}",
        others=tuple(f"{name}:{each}" for each in others),
        use=f"{name}:{use}" if use else None,
    )
    return judge(subject, abilities=abilities)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that one imports from."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("rule", [each.id for each in RULES])
def test_broken_extension_is_rejected_by_its_rule(rule: str, folder: Path) -> None:
    """The kit's verdict names the rule that is broken, says what was seen, and what to do."""
    source = BROKEN / f"{rule.replace('-', '_')}.py"
    report = judge_module(source, folder, **GIVEN.get(rule, {}))
    assert {each.rule for each in report.failed()} == {rule, *ALSO.get(rule, ())}
    failed = report[rule]
    assert failed.seen.endswith(".")
    assert failed.mend.endswith(".")
    assert report.verdict == ("does-not-conform" if failed.level == "required" else "conforms")


@pytest.mark.slow
def test_request_that_hangs_after_a_fork_is_ended(folder: Path) -> None:
    """What waits for ever is rejected in its time, and by name."""
    report = judge_module(BROKEN / "hanging_fork.py", folder)
    assert "does not end within" in report["fork"].seen


@pytest.mark.slow
def test_good_extension_passes_every_rule(folder: Path) -> None:
    """An extension on the protocol can keep to all rules at once."""
    report = judge_module(
        HERE / "good" / "own.py",
        folder,
        kind="Good",
        use="use",
        others=("Helper",),
        abilities=("serves-async",),
    )
    assert report.verdict == "conforms"
    assert {each.rule: each.outcome for each in report.results if each.outcome != "passed"} == {}


@pytest.mark.slow
def test_good_stranger_passes_every_rule(folder: Path) -> None:
    """One that knows nothing of core passes all that is not about core's protocol."""
    report = judge_module(
        HERE / "good" / "stranger.py", folder, kind="Good", use="use", abilities=("serves-async",)
    )
    assert report.verdict == "conforms"
    assert {each.rule: each.reason for each in report.results if each.outcome != "passed"} == {
        "missing-requirement": "It needs nothing else on the application.",
        **dict.fromkeys(
            ("wrong-settings", "secret-settings", "slots", "probe", "checks", "sweep"),
            "It is not written on core's protocol.",
        ),
    }
