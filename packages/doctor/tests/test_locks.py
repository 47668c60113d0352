"""Files judged in place of an environment: requirements, pip freeze, and three kinds of lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from laying import Laid, Verdict, run
from stack_doctor import main

Ask = Callable[..., Verdict]

PYLOCK = """
lock-version = "1.0"
[[packages]]
name = "flask-login"
version = "0.6.2"
[[packages]]
name = "werkzeug"
version = "3.0.0"
marker = "python_version >= '3.8'"
[[packages]]
name = "werkzeug"
version = "2.0.0"
marker = "python_version < '3.8'"
"""
UV = """
version = 1
[[package]]
name = "flask-login"
version = "0.6.2"
source = { registry = "somewhere" }
dependencies = [{ name = "werkzeug" }]
[[package]]
name = "werkzeug"
version = "3.0.0"
[[package]]
name = "shop"
source = { virtual = "." }
"""
POETRY = """
[[package]]
name = "flask-login"
version = "0.6.2"
[package.dependencies]
werkzeug = ">=1.0.1"
[[package]]
name = "werkzeug"
version = "3.0.0"
"""


@pytest.fixture
def ask(tmp_path: Path, capsys: Any) -> Ask:
    """Return a function that judges a file of a name."""

    def ask(name: str, text: str, *options: str) -> Verdict:
        (tmp_path / "project").mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        project = ["--project", str(tmp_path / "project")]
        return run(capsys, "doctor", "--lock", str(tmp_path / name), *project, *options)

    return ask


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "Flask_Login==0.6.2  # old\nwerkzeug == 3.0.0; python_version>'3'\n"),
        ("freeze.txt", "flask-login==0.6.2\nWerkzeug==3.0.0\n-e .\n"),
        ("hashes.txt", "flask-login==0.6.2 \\\n    --hash=sha256:0a\nwerkzeug==3.0.0 "
         "--hash=sha256:0b\n"),
        ("pylock.toml", PYLOCK),
        ("pylock.dev.toml", PYLOCK),
        ("uv.lock", UV),
        ("poetry.lock", POETRY),
    ],
)  # fmt: skip
def test_pair_is_found_in_every_kind_of_file(ask: Ask, name: str, text: str) -> None:
    """What a file would install is judged before it is installed."""
    verdict = ask(name, text)
    assert verdict.status == 1
    assert [*verdict.findings] == ["login-url_decode"]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("requirements.txt", "# pins \\\nflask==3.1 \\\n  --hash=sha256:0a\nFlask_Login==0.6.2\n"
         "werkzeug==3.0.0\n", 4),
        ("pylock.toml", PYLOCK, 3),
        ("uv.lock", UV, 3),
        ("poetry.lock", POETRY, 2),
        ("uv.lock", 'package = [{name = "flask-login", version = "0.6.2"},\n'
         '{name = "werkzeug", version = "3.0.0"}]\n', 1),
    ],
)  # fmt: skip
def test_finding_has_the_line_of_the_file(ask: Ask, name: str, text: str, line: int) -> None:
    """A continued line counts from its first one; a lock's package stands at its heading."""
    found = ask(name, text).findings["login-url_decode"]
    assert (Path(found["file"]).name, found["line"]) == (name, line)


def test_finding_has_the_line_of_an_included_file(ask: Ask, tmp_path: Path) -> None:
    """The file that names the distribution is the one to be mended."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.txt").write_text("\nwerkzeug>=2\nflask==2.2.2\n")
    found = ask("requirements.txt", "-r more/base.txt\n").findings
    assert {(each["file"], each["line"]) for each in found.values()} == {
        (str(tmp_path / "more" / "base.txt"), line) for line in (2, 3)
    }


@pytest.mark.parametrize("checkout", ["", "."])
def test_annotation_is_at_the_line_of_the_file(
    checkout: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GitHub knows files from the checkout on, wherever the doctor is started."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "pins.txt").write_text("werkzeug==3.0.0\n\nflask-login==0.6.2\n")
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("GITHUB_WORKSPACE", checkout and str(tmp_path))
    assert main(["doctor", "--lock", "pins.txt", "--format", "github"]) == 1
    file = "shop/pins.txt" if checkout else "pins.txt"
    start = f"::error title=login-url_decode,file={file},line=3::"
    assert capsys.readouterr().out.startswith(start)


def test_half_that_is_left_open_is_a_warning(ask: Ask) -> None:
    """A partial pin is what kills: the installer takes the newest of the other half."""
    verdict = ask("requirements.txt", "flask==2.2.2\n")
    assert (verdict.status, [*verdict.findings]) == (0, ["lock-open:flask2-url_quote"])
    assert ask("requirements.txt", "flask==2.2.2\n", "--strict").status == 1


@pytest.mark.parametrize(("range_", "count"), [("<3", 0), ("<3.1", 1), (">=2", 1)])
def test_range_that_shuts_the_bad_half_out_is_enough(ask: Ask, range_: str, count: int) -> None:
    """The file need not pin the other half exactly."""
    found = ask("requirements.txt", f"flask==2.2.2\nwerkzeug{range_}\n").findings
    assert ("lock-open:flask2-url_quote" in found) is bool(count)
    assert sum(name.startswith("lock-unpinned") for name in found) == 1


def test_missing_companion_is_told_where_the_file_is_whole(ask: Ask, tmp_path: Path) -> None:
    """A list of top-level pins says nothing of what comes with them; one with hashes is whole."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "app.py").write_text("import authlib.integrations.flask_client\n")
    assert ask("requirements.txt", "authlib==1.6.0\n").findings == {}
    assert "authlib-no-requests" in ask("r.txt", "authlib==1.6.0 --hash=sha256:0a\n").findings


def test_included_files_are_read_once(ask: Ask, tmp_path: Path) -> None:
    """``-r`` and ``-c`` are followed from the folder of the file, circles too."""
    (tmp_path / "base.txt").write_text("-r requirements.txt\nwerkzeug==3.0.0\n")
    found = ask("requirements.txt", "-r base.txt\nflask-login==0.6.2\n").findings
    assert [*found] == ["login-url_decode"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("flask==2\nFlask==3\n", "flask==2 in {0}:1 and Flask==3 in {0}:2 contradict each other."),
        ("flask>=3\n\nflask==2\n", "flask==2 in {0}:3 and flask>=3 in {0}:1 contradict"),
        ("flask==3\n-c base.txt\n", "flask==3 in {0}:1 and flask==2 in {1}:1"),
        ("flask==2; python_version<'3'\nflask==3\n", ""),
        ("flask==2\nflask[async]==2.0.0\nflask>=1\nflask\n", ""),
        ("torch==2.0\ntorch==2.0+cpu\n", ""),
        ("odd===a\nodd===a\n", ""),
    ],
)
def test_pins_that_contradict_each_other_are_told(
    ask: Ask, tmp_path: Path, text: str, told: str
) -> None:
    """Installers refuse them; what holds on another Python, or lets the pin in, is no matter."""
    (tmp_path / "base.txt").write_text("flask==2\n")
    found = ask("pins.txt", text).findings
    assert ("lock-contradiction:flask" in found) is bool(told)
    if told:
        said = told.format(tmp_path / "pins.txt", tmp_path / "base.txt")
        assert said in found["lock-contradiction:flask"]["message"]
    else:
        assert not any(name.startswith("lock-contradiction") for name in found)


@pytest.mark.parametrize("option", ["-r", "--requirement", "-c"])
@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_included_file_that_is_missing_is_told_with_who_includes_it(
    ask: Ask, tmp_path: Path, option: str, kind: str
) -> None:
    """Of many files it is the line that has to be mended."""
    if kind == "folder":
        (tmp_path / "base.txt").mkdir()
    verdict = ask("pins.txt", f"flask==3\n# more\n{option} base.txt\n")
    assert verdict.status == 2
    where = f"Correct '{tmp_path / 'pins.txt'}', line 3, which includes it."
    assert verdict.report["problem"].startswith(f"'{tmp_path / 'base.txt'}' ")
    assert verdict.report["problem"].endswith(where)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_file_that_powershell_wrote_is_read(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``pip freeze > requirements.txt`` is UTF-16 with a mark there."""
    file = tmp_path / "requirements.txt"
    text = "\ufeffflask-login==0.6.2\r\nwerkzeug==3.0.0\r\n"
    file.write_bytes(text.encode(encoding))
    verdict = run(capsys, "doctor", "--project", str(tmp_path), "--lock", str(file))
    assert [*verdict.findings] == ["login-url_decode"]


def test_several_files_are_judged_apart(ask: Ask, tmp_path: Path, capsys: Any) -> None:
    """Each has a judgement of its own."""
    (tmp_path / "one.txt").write_text("flask-login==0.6.2\nflask==3.0.0\nwerkzeug==3.0.0\n")
    (tmp_path / "two.txt").write_text("flask==3.1.2\nwerkzeug==3.1.3\n")
    files = [str(tmp_path / name) for name in ("one.txt", "two.txt")]
    report = run(capsys, "doctor", "--project", str(tmp_path), "--lock", *files).report
    assert [len(each["findings"]) for each in report["judged"]] == [1, 0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("requirements.txt", "# nothing\n", "names no distribution"),
        ("uv.lock", "[[package", "is no TOML"),
        ("pylock.toml", "packages = 1\n", "has no list of packages"),
    ],
)
def test_file_that_is_none_cannot_be_judged(ask: Ask, name: str, text: str, words: str) -> None:
    """The status is 2, and the report says why."""
    verdict = ask(name, text)
    assert verdict.status == 2
    assert words in verdict.report["problem"]
    assert words in verdict.errors


def test_number_of_too_many_digits_is_no_toml(
    laid: Laid, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Python does not read as a number is told of as the rest that is no TOML."""
    laid.write("uv.lock", f"x = {'9' * 5_000}\n")
    assert main(laid.arguments("--lock", str(laid.project / "uv.lock"))) == 2
    assert "is no TOML" in capsys.readouterr().err


def test_file_of_powershell_is_read(laid: Laid, judge: Ask) -> None:
    """``pip freeze > requirements.txt`` writes UTF-16 there, and pip reads it."""
    file = laid.project / "requirements.txt"
    file.write_text("flask-login==0.6.2\nwerkzeug==3.0.0\n", "utf-16")
    assert "login-url_decode" in judge(str(file)).findings
