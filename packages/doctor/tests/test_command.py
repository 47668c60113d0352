"""The catalogue of commands: what is on offer, and what is said when one cannot be had."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stack_doctor import main
from stack_doctor.command import ABOUT, HOMES, OWN, CommandError, read_catalogue

Install = Callable[..., Path]

GREET = """
def command(argv, prog):
    print(prog, *argv)
    return 3
"""


def test_command_receives_the_arguments_and_gives_the_status(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command is called with what follows its name and with how it is called."""
    install("acme", "greet = acme_greet:command", acme_greet=GREET)
    assert main(["greet", "--loud", "world"]) == 3
    assert capsys.readouterr().out == "stack greet --loud world\n"


def test_listing_imports_no_command(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` names command and distribution of a module that cannot even be imported."""
    install("acme", "greet = acme_broken:command", acme_broken="raise RuntimeError('boom')")
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "greet" in out
    assert "acme 1.0" in out
    assert "acme_broken" not in sys.modules


def test_help_says_what_each_command_does(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours in words of ours, a stranger's by its summary, made fit for a terminal."""
    info = install("acme", "greet = acme_greet:command\nnew = acme_greet:command")
    with (info / "METADATA").open("a") as file:
        file.write(f"Summary: Greets \x1b[2J{'x' * 200}\n")
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    told = dict(line.split(None, 1) for line in lines if line.startswith("  "))
    assert told["doctor"].startswith("Judge what is installed, or what a file pins. (")
    assert told["greet"].startswith("Greets \\x1b[2Jxxx")
    assert told["greet"].endswith("x… (acme 1.0)")
    assert all(told.values())


@pytest.mark.parametrize("name", [*HOMES, *OWN])
def test_every_command_of_the_family_has_a_line(name: str) -> None:
    """The list says what a command does without importing it."""
    assert ABOUT[name].endswith(".")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import flask_of_nobody", "ModuleNotFoundError: No module named 'flask_of_nobody'"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
        ("raise SystemExit(4)", "SystemExit: 4"),
        ("def f(:", "SyntaxError: invalid syntax"),
        ("", "AttributeError: module 'acme_bad' has no attribute 'command'"),
        ("command = 1", "'acme_bad:command' is of type 'int'"),
    ],
)
def test_command_that_cannot_be_imported_is_one_sentence(
    install: Install, capsys: pytest.CaptureFixture[str], source: str, words: str
) -> None:
    """The sentence names the distribution and the error; the status is 2; no traceback."""
    install("acme", "greet = acme_bad:command", acme_bad=source)
    assert main(["greet"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Error: The command 'greet' of acme 1.0 cannot be ")
    assert words in captured.err
    assert captured.err.count("\n") == 1


def test_name_offered_twice_is_refused_and_names_both(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither of two commands of one name is run."""
    install("acme", "greet = acme_greet:command", acme_greet=GREET)
    install("other", "greet = acme_greet:command")
    assert main(["greet"]) == 2
    captured = capsys.readouterr()
    assert "'acme' and 'other'" in captured.err.replace("'other' and 'acme'", "'acme' and 'other'")
    assert main(["--help"]) == 0
    assert "Refused: offered more than once." in capsys.readouterr().out


def test_older_copy_on_the_path_is_no_second_offer(install: Install) -> None:
    """Two copies of one distribution are one: the first on the path counts."""
    install("acme-tools", "greet = acme_greet:command", acme_greet=GREET)
    install("Acme_Tools", "greet = acme_greet:command", version="0.9")
    assert len(read_catalogue().offers["greet"]) == 1


def test_unknown_command_suggests_the_nearest(install: Install) -> None:
    """A slip of the finger is answered with the command that was meant."""
    install("acme", "greet = acme_greet:command")
    with pytest.raises(
        CommandError, match=r"'grete' is not a command of stack. Did you mean 'greet'"
    ):
        read_catalogue().get_offer("grete")
    with pytest.raises(CommandError, match="'stack --help' lists them"):
        read_catalogue().get_offer("zzz")


def test_unknown_command_in_capitals_suggests_the_small_one(install: Install) -> None:
    """Commands are written small; that is said, not guessed."""
    install("acme", "greet = acme_greet:command")
    with pytest.raises(CommandError, match="Did you mean 'greet'"):
        read_catalogue().get_offer("GREET")


@pytest.mark.parametrize(("name", "home"), [("new", "stack"), ("conform", "stack-testing")])
def test_known_command_of_a_missing_distribution_says_what_to_install(
    name: str, home: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where only the doctor is installed, a command of the family says where it comes from."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    said = rf"it comes with '{home}'\. Run: python -m pip install {home}$"
    with pytest.raises(CommandError, match=said):
        read_catalogue().get_offer(name)


@pytest.mark.parametrize("broken", ["entries", "name"])
def test_unreadable_metadata_is_named_and_hides_no_other_command(
    install: Install, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    """One damaged distribution does not take the commands of the others along."""
    info = install("damaged", "hurt = damaged:command")
    install("acme", "greet = acme_greet:command", acme_greet=GREET)
    if broken == "entries":
        (info / "entry_points.txt").write_text("[stack.commands]\nno equals sign\n")
    else:
        (info / "METADATA").write_text("Metadata-Version: 2.1\n")
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "Not usable: " in out
    assert "greet" in out
    assert "hurt" not in out


def test_name_of_the_doctors_own_cannot_be_taken(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """``stack doctor`` is the doctor's, whatever else is installed; the other one is named."""
    install("acme", "doctor = acme_greet:command", acme_greet=GREET)
    assert main(["doctor", "--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: stack doctor")
    assert main(["--help"]) == 0
    assert (
        "Not usable: acme 1.0 ('doctor' is stack-doctor's own command)" in capsys.readouterr().out
    )
