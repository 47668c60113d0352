"""The console script itself: its options, its statuses and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import invalidate_caches
from importlib.metadata import version
from pathlib import Path

import pytest

from stack_doctor import main
from stack_doctor._cli import INTERRUPTED, PIPE_CLOSED

Install = Callable[..., Path]


def test_version_names_python_and_the_distributions(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` says which releases answer."""
    assert main(["--version"]) == 0
    out = capsys.readouterr().out
    assert f"stack-doctor {version('stack-doctor')}" in out
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in out


def test_version_without_the_roof_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The doctor may be installed alone, or lie on the path without an installer's notes."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert main(["-V"]) == 0
    assert "stack is not installed (stack-doctor unknown, " in capsys.readouterr().out
    info = tmp_path / "stack_doctor-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stack-doctor\nVersion: 9\n")
    invalidate_caches()
    assert main(["-V"]) == 0
    assert capsys.readouterr().out.startswith("stack is not installed (stack-doctor 9, ")


@pytest.mark.parametrize(
    ("argv", "words"),
    [([], "Name a command."), (["--loud"], "'--loud' is not an option"), (["-h", "x"], None)],
)
def test_options_are_answered_with_usage(
    capsys: pytest.CaptureFixture[str], argv: list[str], words: str | None
) -> None:
    """What is missing or unknown is said on stderr with status 2; help goes to stdout."""
    status = main(argv)
    captured = capsys.readouterr()
    if words is None:
        assert status == 0
        assert captured.out.startswith("usage: stack")
    else:
        assert status == 2
        assert words in captured.err
        assert captured.out == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("return None", 0),
        ("return 1", 1),
        ("raise SystemExit", 0),
        ("raise SystemExit(2)", 2),
        ("raise SystemExit('no')", 1),
        ("raise KeyboardInterrupt", INTERRUPTED),
    ],
)
def test_end_of_a_command_becomes_the_status(install: Install, body: str, status: int) -> None:
    """However a command ends, the caller gets a number and never a traceback."""
    source = f"def command(argv, prog):\n    {body}\n"
    install("acme", "stop = acme_stop:command", acme_stop=source)
    assert main(["stop"]) == status


def test_click_command_is_a_command_as_it_is(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """Authors who know click write no adapter."""
    source = """
import click

@click.command()
@click.argument("name")
def command(name):
    "Greet somebody."
    click.echo(f"Hello, {name}!")
"""
    install("acme", "hello = acme_click:command", acme_click=source)
    assert main(["hello", "world"]) == 0
    assert main(["hello"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "Hello, world!\n"
    assert captured.err.startswith("Usage: stack hello ")


def test_closed_pipe_ends_quietly() -> None:
    """``stack --help | head -0`` prints no traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stack_doctor", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr as errors:
        assert errors.read() == b""
    assert process.wait() == PIPE_CLOSED


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("doctor --traceback - <&-", 2, "There is no error to explain."),
        ("doctor --traceback - < junk", 2, "No row knows this error."),
        ("doctor --lock pins.txt >&-", 0, ""),
        ("doctor --lock pins.txt > /dev/full", 2, "The output cannot be written"),
        ("--help > /dev/full", 2, "The output cannot be written"),
    ],
)
def test_stream_that_is_closed_full_or_no_text_is_one_sentence(
    tmp_path: Path, line: str, status: int, words: str
) -> None:
    """Whatever the shell connects, there is a status of ours and no traceback."""
    (tmp_path / "junk").write_bytes(bytes(range(256)) * 10_000)
    (tmp_path / "pins.txt").write_text("flask==3.1.3\nwerkzeug==3.1.3\n")
    command = f"'{sys.executable}' -m stack_doctor {line}"
    variables = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=variables, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == status
    assert done.stderr.startswith(f"Error: {words}" if words else "")
    assert done.stderr.count("\n") == bool(words)


def test_own_commands_ask_nobody_else(tmp_path: Path) -> None:
    """A distribution whose entry points cannot be read does not stop the doctor."""
    info = tmp_path / "stuck-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: stuck\nVersion: 1\n")
    os.mkfifo(info / "entry_points.txt")
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "stack_doctor", "doctor", "--help"]
    done = subprocess.run(command, env=variables, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0


def test_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    """Whoever stands in a folder that was removed is told so."""
    command = f"rmdir '{tmp_path}' && '{sys.executable}' -m stack_doctor doctor"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("Error: The working directory cannot be read")


def test_mistake_of_the_doctor_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says where, and the status is that of what could not be judged."""
    monkeypatch.setattr("stack_doctor._doctor.judge", lambda *_: {}["\x1b"])
    assert main(["doctor"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Error: The doctor failed at test_cli.py:")
    assert said.endswith("(KeyError: '\\x1b'). Tell its authors what was judged; the mistake is"
                         " theirs.\n")  # fmt: skip


def test_what_cannot_be_shown_is_escaped(install: Install, tmp_path: Path) -> None:
    """A byte in a path that is no text ends no command."""
    body = "def command(argv, prog):\n    print(*argv)\n"
    install("acme", "say = acme_say:command", acme_say=body)
    command = [sys.executable, "-m", "stack_doctor", "say", os.fsdecode(b"caf\xe9")]
    variables = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=variables, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, b"caf\\udce9")


def test_doctor_imports_the_standard_library_only() -> None:
    """It must start in an environment in which everything else is broken."""
    code = (
        "import sys; before = set(sys.modules); import stack_doctor._cli;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["stack_doctor"]
