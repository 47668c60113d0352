"""Every rule rejects an extension that breaks it, and no other rule rejects that one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stack_testing.conformance import RULES, Report, Subject, judge

from .installing import HERE, install

BROKEN = HERE / "broken"
VARIANTS = sorted((HERE / "variants").glob("*.py"))
SQLALCHEMY = {"Requires-Dist": "flask>=3.1\nRequires-Dist: sqlalchemy"}
#: What is to be known of a broken extension beside its module.
GIVEN: Mapping[str, dict[str, Any]] = {
    "missing-requirement": {"others": ["Helper"]},
    "serves-async": {"use": "use", "abilities": ["serves-async"]},
    "typed": {"types": False},
    "classified": {"metadata": {"Classifier": ""}},
    "versioned": {"metadata": {"Version": "0.0.0"}},
    "flask-floor": {"metadata": {"Requires-Dist": "flask"}},
    "licensed": {"metadata": {"License-Expression": ""}},
    "missing_requirement_that_is_not_declared": {"others": ["Helper"]},
    "connections_of_a_pool": {"metadata": SQLALCHEMY},
    "fork_of_a_pool": {"metadata": SQLALCHEMY},
}
#: Which other rules a broken extension cannot help to break, too.
ALSO = {
    "no-self-app": {"app-is-freed"},
    "no_self_app_in_a_middleware": {"app-is-freed"},
    "handlers": {"dispatching"},
    "contexts_that_stay": {
        *("connections", "foreign-views", "fork", "handlers", "order", "threads"),
    },
    "factory_that_leaves_a_context": {"app-is-freed", "contexts"},
    "foreign_views_on_an_error_page": {"handlers"},
    "missing_requirement_that_is_not_declared": {"order"},
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
@pytest.mark.parametrize(
    ("rule", "ability"),
    [("flask-settings", "replaces-settings"), ("flask-methods", "replaces-methods")],
)
def test_declared_ability_lifts_its_rule(rule: str, ability: str, folder: Path) -> None:
    """Whoever says what they replace may do so, and the report repeats it."""
    source = BROKEN / f"{rule.replace('-', '_')}.py"
    report = judge_module(source, folder, abilities=(ability,))
    assert (report[rule].outcome, report[rule].reason) == (
        "not-applicable",
        f"It declares {ability!r}.",
    )
    assert report.abilities == (ability,)
    assert report.failed() == ()


@pytest.mark.slow
@pytest.mark.parametrize("source", VARIANTS, ids=[each.stem for each in VARIANTS])
def test_variant_is_rejected_by_its_rule(source: Path, folder: Path) -> None:
    """A rule rejects other ways to break it, too; the file is named after the rule."""
    rule = next(each.id for each in RULES if source.stem.startswith(f"{each.test_name[5:]}_"))
    report = judge_module(source, folder, **GIVEN.get(source.stem, {}))
    assert {each.rule for each in report.failed()} == {rule, *ALSO.get(source.stem, ())}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import os\nos._exit(3)", "The process that judges it ended with status 3"),
        ("import time\ntime.sleep(60)", "Its import did not end within 1 seconds."),
        (
            "import os\nclass Broken:\n    def init_app(self, app):\n        os._exit(3)\n",
            "It cannot be put on an application. Its process ended with status 3.",
        ),
    ],
)
def test_what_ends_or_hangs_is_not_judged(
    text: str, reason: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An extension that takes the kit's process down is told of as one that cannot be judged."""
    monkeypatch.setattr("stack_testing.conformance.judging.IMPORT_LIMIT", 1)
    (folder / "ending.py").write_text(text, "utf-8")
    report = judge(Subject(target="ending:Broken"))
    assert (report.verdict, report.reason[: len(reason)]) == ("not-judged", reason)
    assert {each.outcome for each in report.results} == {"not-run"}


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


@pytest.mark.slow
def test_harmless_guest_passes_every_rule(folder: Path) -> None:
    """A value that cannot change, the logger, an extension of Jinja that is added again, the
    cookie of a session that one says to replace, and a proxy for the application are not held
    against an extension."""
    report = judge_module(
        HERE / "good" / "guest.py", folder, kind="Good", abilities=("replaces-session",)
    )
    assert {each.rule: each.seen for each in report.failed()} == {}
