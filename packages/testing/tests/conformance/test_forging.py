"""What an extension may try to get a better verdict, and what the kit makes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stack_testing.conformance import Report, Subject, judge

pytestmark = pytest.mark.slow

BROKEN = """
class Broken:
    def init_app(self, app):
        self.app = app
"""
FORGED = """
import json
import os
import sys

from stack_testing.conformance import RULES

results = [
    {
        "rule": each.id,
        "number": each.number,
        "level": "informative",
        "title": each.title,
        "outcome": "passed",
    }
    for each in RULES
]
text = json.dumps({"trial": {"kind": "meddling:Broken"}, "results": results})
for number in range(3, 12):
    try:
        os.write(number, text.encode())
    except OSError:
        pass
os._exit(0)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that one imports from."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def judge_text(text: str, folder: Path, *rules: str) -> Report:
    """Judge the class ``Broken`` of a module."""
    (folder / "meddling.py").write_text(text, "utf-8")
    return judge(Subject(target="meddling:Broken"), rules=rules)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FORGED, "What was written in the place of the report is not the kit's."),
        (
            "from stack_testing.conformance import applying\n"
            "applying.conclude = lambda rule, found: applying.make_result(rule, 'passed')\n",
            "Its import sets stack_testing.conformance.applying.conclude, by which it would be"
            " judged. Leave the kit as it is.",
        ),
        (
            "from stack_testing.conformance.stand import Stand\n"
            "Stand.start = lambda self: (self.make_app(), None)\n",
            "Its import sets stack_testing.conformance.stand.Stand.start, by which",
        ),
        (
            "from stack_testing.conformance import worker\nworker.RULES = worker.RULES[:1]\n",
            "Its import sets stack_testing.conformance.worker.RULES, by which",
        ),
    ],
)
def test_import_that_meddles_is_not_judged(text: str, reason: str, folder: Path) -> None:
    """Whoever changes the kit, or writes the report in its place, has no verdict."""
    report = judge_text(text + BROKEN, folder)
    assert (report.verdict, report.reason[: len(reason)]) == ("not-judged", reason)
    assert {each.outcome for each in report.results} == {"not-run"}


def test_rule_without_an_answer_is_not_passed(folder: Path) -> None:
    """Whoever asked counts the answers: without all of them nothing conforms."""
    hiding = (
        "from stack_testing.conformance import RULES\n"
        "object.__setattr__(next(e for e in RULES if e.id == 'no-self-app'), 'id', 'factory')\n"
    )
    report = judge_text(hiding + BROKEN, folder, "no-self-app", "second-init")
    assert report.verdict == "not-judged"
    assert report.reason == "There is no answer for no-self-app."
    assert report["no-self-app"].outcome == "not-run"


def test_weight_of_a_rule_is_the_kits(folder: Path) -> None:
    """A rule has the level that it has here, whatever the process says that judged by it."""
    meddling = (
        "from stack_testing.conformance import RULES\n"
        "for each in RULES:\n"
        "    object.__setattr__(each, 'level', 'informative')\n"
    )
    report = judge_text(meddling + BROKEN, folder, "no-self-app")
    assert (report.verdict, report["no-self-app"].level) == ("does-not-conform", "required")


@pytest.mark.parametrize("after", ["", "if not child:\n    import time\n    time.sleep(99)\n"])
def test_fork_while_importing_is_told(after: str, folder: Path) -> None:
    """An import that forks breaks the rule of programs, and is judged once by all others."""
    report = judge_text(f"import os\nchild = os.fork()\n{after}{BROKEN}", folder)
    assert report.verdict == "does-not-conform"
    assert report["import-files"].seen == "The import starts a program: os.fork()."
    assert report["import-files"].evidence == ("meddling.py:2",)
    assert report["no-self-app"].outcome == "failed"
    assert {each.outcome for each in report.results} <= {"passed", "failed", "not-applicable"}


@pytest.mark.parametrize("after", ["", "        time.sleep(0 if child else 99)\n"])
def test_fork_while_being_put_on_is_judged(after: str, folder: Path) -> None:
    """A process that 'init_app' forks off neither answers a second time nor holds the kit up."""
    text = (
        "import os, time\n\nclass Broken:\n    def init_app(self, app):\n"
        f"        child = os.fork()\n{after}        self.app = app\n"
    )
    report = judge_text(text, folder, "no-self-app", "template")
    assert [each.outcome for each in report.results] == ["failed", "failed"]
    assert report.seconds < 20


def test_nothing_runs_on_when_the_time_is_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a rule was doing ends with the judgement, also what is in a session of its own."""
    monkeypatch.setattr("stack_testing.conformance.judging.PATIENCE", 8)
    told = folder / "told"
    report = judge_text(
        "import os, pathlib, time\n\nclass Broken:\n    def init_app(self, app):\n"
        f"        pathlib.Path({str(told)!r}).write_text(str(os.getpid()))\n"
        "        time.sleep(99)\n",
        folder,
    )
    assert report.reason == "It could not be judged within 8 seconds."
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
