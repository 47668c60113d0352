"""``stack conform``: what it takes, what it prints and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stack_testing.conformance._cli import command

from .installing import HERE, install

pytestmark = pytest.mark.slow


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an extension that fails one required rule, and none else."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return f"{install(HERE / 'broken' / 'second_init.py', tmp_path)}:Broken"


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an extension that keeps to all rules."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return f"{install(HERE / 'good' / 'stranger.py', tmp_path)}:Good"


def run(*arguments: str) -> int:
    """Run the command in this process."""
    return command(list(arguments), "stack conform")


def test_table_names_the_rule_and_the_line(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person reads what failed, what was seen, and what to do."""
    assert run(broken) == 1
    said = capsys.readouterr().out
    assert "FAILED  P4   required    second-init" in said
    assert "A second 'init_app' is not refused" in " ".join(said.split())
    assert " ".join(said.split()).endswith("It fails second-init.")


def test_exemption_is_printed_with_its_reason(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is exempt conforms, and the report says why."""
    assert run(broken, "--exempt", "second-init=Nobody does that.", "--rule", "second-init") == 0
    said = capsys.readouterr().out
    assert "exempt  P4" in said
    assert "Nobody does that." in said
    assert said.endswith("conforms: 1 exempt. All that was asked is exempt.\n")


def test_exemption_that_is_not_needed_is_told(
    good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exemption that has outlived its reason is seen."""
    assert run(good, "--exempt", "second-init=Once.", "--rule", "second-init") == 0
    assert "(It passes: the exemption can go.)" in " ".join(capsys.readouterr().out.split())


def test_json_is_of_schema_one(
    broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine reads the same, with the rules by their ids."""
    target = tmp_path / "report.json"
    options = ("--format", "json", "--rule", "second-init", "--rule", "factory")
    assert run(broken, *options, "--output", str(target)) == 1
    assert capsys.readouterr().out == ""
    report = json.loads(target.read_text("utf-8"))
    assert report["schema"] == 1
    assert report["verdict"] == "does-not-conform"
    assert report["extension"]["version"] == "1.2"
    assert report["counts"] == {"passed": 1, "failed": 1}
    found = {each["rule"]: each for each in report["results"]}
    assert found["second-init"]["number"] == "P4"
    assert found["second-init"]["evidence"] == ["app.before_request_funcs[None][1] is new"]


@pytest.mark.parametrize(
    ("options", "message", "color"),
    [
        (("--rule", "second-init"), "1 required rule fails", "red"),
        (
            ("--rule", "second-init", "--exempt", "second-init=No."),
            "conforms, 1 exempt",
            "green",
        ),
        (("--rule", "factory"), "conforms", "brightgreen"),
        (("--with", "nowhere:Nothing"), "not judged", "lightgrey"),
    ],
)
def test_badge_is_what_shields_reads(
    broken: str,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    message: str,
    color: str,
) -> None:
    """A badge has a message and a colour for each verdict."""
    run(broken, "--format", "badge", *options)
    badge = json.loads(capsys.readouterr().out)
    assert badge["schemaVersion"] == 1
    assert (badge["message"], badge["color"]) == (message, color)


def test_level_makes_advice_binding(broken: str) -> None:
    """With a higher level what is advised counts, too."""
    only = ("--rule", "classified")
    source = HERE / "broken" / "classified.py"
    folder = Path(sys.path[0])
    name = install(source, folder, {"Classifier": ""})
    assert run(f"{name}:Broken", *only) == 0
    assert run(f"{name}:Broken", *only, "--level", "advised") == 1


def test_settings_are_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting is a value of TOML, and text where it is none."""
    (tmp_path / "typed_settings.py").write_text(
        "class Typed:\n"
        "    def init_app(self, app):\n"
        "        found = [app.config[f'TYPED_{name}'] for name in 'ABC']\n"
        "        if found != [5, ['x'], 'sqlite:///x.db']:\n"
        "            raise ValueError(found)\n"
    )
    monkeypatch.chdir(tmp_path)
    settings = ("TYPED_A=5", 'TYPED_B=["x"]', "TYPED_C=sqlite:///x.db")
    given = [word for each in settings for word in ("--setting", each)]
    assert run("typed_settings:Typed", "--rule", "factory", *given) == 0
    assert run("typed_settings:Typed", "--rule", "factory", *given[:4]) == 2


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere:Nothing", "'nowhere' cannot be imported (ModuleNotFoundError"),
        ("json", "'json' is no address. Write it as package:Extension."),
        ("json:Nothing", "'json' has no 'Nothing'. Mend the name behind the colon."),
        ("json:JSONDecoder", "leads to an object of type 'JSONDecoder', which has no 'init_app'."),
        ("flask.sessions:SecureCookieSession.get", "It cannot be constructed"),
        ("demanding:Demanding", "missing 1 required positional argument: 'word'"),
        ("demanding:Waiting", "'init_app' of 'demanding:Waiting' is asynchronous"),
        ("demanding:Steering", "(ValueError: \\x1b[31m \\udc80). Give what it needs"),
        ("leaving:Leaving", "'leaving' cannot be imported (SystemExit: 9)."),
        ("dying:Dying", "The process that judges it ended with status 3 (no message)."),
    ],
)
def test_what_cannot_be_judged_is_told(
    target: str,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is not there, is no extension or wants an argument ends with 2 and a sentence, and
    with no line for the rules that were not asked."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demanding.py").write_text(
        "class Demanding:\n    def __init__(self, word): ...\n    def init_app(self, app): ...\n"
        "class Waiting:\n    async def init_app(self, app): ...\n"
        "class Steering:\n    def init_app(self, app): raise ValueError('\\x1b[31m \\udc80')\n"
    )
    (tmp_path / "leaving.py").write_text("raise SystemExit(9)\n")
    (tmp_path / "dying.py").write_text("import os\nos._exit(3)\n")
    assert run(target) == 2
    said = capsys.readouterr().out
    assert reason in " ".join(said.split())
    assert "not run" not in said


def test_neighbour_that_fails_is_told_as_the_neighbour(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where what is put on the application before it fails, the extension is not blamed."""
    (tmp_path / "neighbours.py").write_text(
        "class Failing:\n    def init_app(self, app): raise ValueError('no address')\n"
        "class Nothing: ...\n"
    )
    assert run(good, "--with", "neighbours:Failing") == 2
    assert (
        "could not be judged. What is put on the application before it fails (ValueError: no"
        " address)."
    ) in " ".join(capsys.readouterr().out.split())
    assert run(good, "--with", "neighbours:Nothing") == 2
    assert "could not be judged. 'neighbours:Nothing' leads to an object of type" in " ".join(
        capsys.readouterr().out.split()
    )


def test_advice_that_is_not_kept_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads that it conforms and that one rule failed, reads which and why both hold."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "untyped.py").write_text("class Untyped:\n    def init_app(self, app): ...\n")
    assert run("untyped:Untyped", "--rule", "typed") == 0
    said = capsys.readouterr().out
    assert said.endswith("conforms: 1 failed. What it fails is only advised: typed.\n")


def test_same_fault_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a rule sees in a test and outside of one is one sentence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "greedy.py").write_text(
        "class Greedy:\n"
        "    def init_app(self, app):\n"
        "        app.register_error_handler(404, lambda error: ('mine', 200))\n"
    )
    assert run("greedy:Greedy", "--rule", "handlers") == 1
    assert " ".join(capsys.readouterr().out.split()).count("The handler of 404") == 1


@pytest.mark.parametrize("rule", ["order", "threads", "fork"])
def test_request_that_always_fails_is_not_blamed_on_many(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a rule never gets to what it looks at, it does not advise on that."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tearing.py").write_text(
        "class Tearing:\n"
        "    def init_app(self, app):\n"
        "        @app.teardown_appcontext\n"
        "        def tear(error):\n"
        "            raise ValueError('torn')\n"
    )
    run("tearing:Tearing", "--rule", rule)
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "Before that is seen comes ValueError: torn. Mend this first, and judge"
        " again. at tearing.py:5"
    ) in said


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--rule", "two-app"), "'two-app' is no rule."),
        (("--exempt", "two-apps="), "'two-apps' is exempt without a reason. Give one."),
        (("--exempt", "two-apps"), "'two-apps' has no '='. Write --exempt RULE=REASON."),
        (("--setting", "=5"), "'=5' has no key. Write --setting KEY=VALUE."),
        (("--ability", "flies"), "'flies' is no ability."),
    ],
)
def test_wrong_option_is_told(
    options: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was typed wrong ends with 2 before anything is judged."""
    assert run("nowhere:Nothing", *options) == 2
    assert reason in capsys.readouterr().err


def test_report_that_cannot_be_written_is_told(
    good: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be written ends with 2, and not with a traceback."""
    where = str(tmp_path / "nowhere" / "report.json")
    assert run(good, "--rule", "factory", "--output", where) == 2
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err


def test_stack_offers_the_command(good: str, tmp_path: Path) -> None:
    """``stack conform`` finds extensions of the folder that one is in."""
    command = [sys.executable, "-m", "stack", "conform", good, "--rule", "factory"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{good} conforms: 1 passed.\n")


def test_debug_mode_of_the_shell_changes_no_verdict(
    good: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever works with FLASK_DEBUG set is told the same as their pipeline."""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert run(good, "--level", "advised") == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise SystemExit(3)", "cannot be imported (SystemExit: 3)"),
        ("import os; os._exit(0)", "ended with status 0 (no message)"),
    ],
)
def test_import_that_ends_the_process_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    said: str,
) -> None:
    """The reason is the extension's own, and no warning of the kit's process."""
    (tmp_path / "leaving.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run("leaving:Extension") == 2
    assert said in " ".join(capsys.readouterr().out.split())
