"""Hostile metadata: it crashes nothing, runs nothing, and steers no terminal."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from laying import Laid, Verdict
from stack_doctor import main
from stack_doctor.screen import show

Judge = Callable[..., Verdict]

STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ESCAPES = ["\x1b[2J\x1b]0;owned\x07", "\x9b31m", "\u202egnp.exe", "\r overwritten", "\x00nul"]


@pytest.mark.parametrize("text", ESCAPES)
@pytest.mark.parametrize("format_", ["text", "github", "json"])
def test_names_and_versions_steer_no_terminal(
    laid: Laid, capsys: pytest.CaptureFixture[str], text: str, format_: str
) -> None:
    """Names, versions, requirements, folders, files and what a person typed are shown escaped."""
    info = laid.add("one", "1", ["not-there>=1"], head=f"Summary: {text}\n")
    (info / "METADATA").write_bytes(
        f"Name: one{text}\nVersion: 1{text}\nRequires-Dist: gone>=1\n".encode()
    )
    if "\0" not in text:
        (laid.site / f"bad{text}-1.dist-info").mkdir()
        laid.write(f"shop{text}.py", "Limiter(app)\n")
        laid.add("flask-limiter", "3.5.0")
    main(laid.arguments("--format", format_, "--ignore", f"nothing{text}=because{text}"))
    captured = capsys.readouterr()
    assert captured.out
    assert STEERING.search(captured.out.replace("\n", "")) is None
    main(laid.arguments("--rows", f"none{text}"))
    assert STEERING.search(capsys.readouterr().err.replace("\n", "")) is None


def test_shown_text_has_an_end() -> None:
    """A name of a megabyte is no page of the report; what is fit to be shown stays as it is."""
    assert len(show("x" * 1_000_000)) == 300
    assert show("Flask-SQLAlchemy 3.1 – größer") == "Flask-SQLAlchemy 3.1 – größer"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"Name: x\n", b"Version: 1\n", b": \n: :\n", b" folded\n",
        b"Name: x\nVersion: 1\nRequires-Dist: ((((\nRequires-Dist: \xff>=1\n"
        b"Requires-Python: nonsense\nProvides-Extra: \x1b\n",
        b"Name: ../../etc\nVersion: ../1\n", b"Name: x\nVersion: " + b"9" * 100_000 + b"\n",
        b"Name: flask\nVersion: " + b"9" * 5_000 + b"\nRequires-Dist: werkzeug>=" + b"9" * 5_000,
        b"Name: x\nVersion: 1\nRequires-Dist: werkzeug>=" + b"9" * 1_900 + b"\n",
        b"Name: x\nVersion: 1\nRequires-Dist: a; extra == 'b' and (\n",
        b"Name: x\nVersion: 1\nRequires-Dist: a; " + b"(" * 20_000 + b"\n",
    ],
)  # fmt: skip
def test_broken_metadata_hides_nothing_else(laid: Laid, judge: Judge, content: bytes) -> None:
    """One distribution that cannot be read does not take the findings of others along."""
    info = laid.site / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(content)
    (info / "RECORD").write_bytes(content)
    (info / "entry_points.txt").write_bytes(content)
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    assert "login-url_decode" in judge().findings


@pytest.mark.parametrize("name", ["METADATA", "RECORD", "entry_points.txt"])
@pytest.mark.parametrize("kind", ["pipe", "loop", "folder", "device", "huge", "forbidden"])
def test_file_that_cannot_be_read_ends_the_doctor_neither_late_nor_never(
    laid: Laid, judge: Judge, name: str, kind: str
) -> None:
    """Pipes, links in a circle, devices without end and files of gigabytes are left alone."""
    info = laid.add("strange", "1")
    file = info / name
    file.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "loop":
        file.symlink_to(file)
    elif kind == "folder":
        file.mkdir()
    elif kind == "device":
        file.symlink_to("/dev/zero")
    elif kind == "huge":
        with file.open("wb") as target:
            target.truncate(5_000_000_000)
    else:
        file.symlink_to("/proc/1/mem")
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    began = time.process_time()
    verdict = judge()
    assert time.process_time() - began < 5
    assert "login-url_decode" in verdict.findings
    if name != "entry_points.txt":
        assert any(each.startswith("metadata-unreadable:") for each in verdict.findings)


def test_record_leads_nowhere_else(laid: Laid, judge: Judge, tmp_path: Path) -> None:
    """Paths with ``..``, of other roots and of no text are no modules, and nothing is opened."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "__init__.py").write_text("import pkg_resources\n")
    info = laid.add("sly", "1", files={})
    (info / "RECORD").write_text(
        "../../../outside/__init__.py,,\n/etc/passwd,,\n..,,\n../x/__init__.py,,\n"
        '"a\nb/__init__.py",,\n%s/__init__.py,,\n' % ("x" * 10_000)
    )
    # What it claims to own and does not have is told; what lies elsewhere was not looked at.
    assert [*judge().findings] == ["files-missing:sly"]


def test_link_in_a_circle_among_the_sources_is_not_followed(laid: Laid, judge: Judge) -> None:
    """The walk through the project ends."""
    laid.add("flask-limiter", "3.5.0")
    laid.write("shop/a.py", "x = 1\n")
    (laid.project / "shop" / "again").symlink_to(laid.project)
    (laid.project / "self.py").symlink_to(laid.project / "self.py")
    os.mkfifo(laid.project / "pipe.py")
    assert judge().findings == {}


def test_nothing_of_the_environment_is_run(
    laid: Laid, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No module, no ``.pth`` line, no sitecustomize, no entry point, and not the project."""
    ran = tmp_path / "ran"
    act = f"open({str(ran)!r}, 'w')\n"
    files = {"evil/__init__.py": act, "sitecustomize.py": act, "usercustomize.py": act}
    info = laid.add("evil", "1", files=files)
    for group in ("stack.commands", "stack.extensions", "flask.commands", "console_scripts"):
        with (info / "entry_points.txt").open("a") as target:
            target.write(f"[{group}]\nact = evil:act\n")
    (laid.site / "evil.pth").write_text(f"import evil; {act}")
    (laid.site / "setup.py").write_text(act)
    for name in ("app.py", "conftest.py", "setup.py", "sitecustomize.py"):
        laid.write(name, act)
    monkeypatch.chdir(laid.project)
    judge()
    assert not ran.exists()


@pytest.mark.parametrize(
    "record",
    [
        "".join(f"m{number}/__init__.py,,\n" for number in range(40_000)),
        "".join(f"m{number}.py,,\n" for number in range(40_000)),
    ],
    ids=["packages", "modules"],
)
def test_record_of_many_modules_is_read_once(laid: Laid, judge: Judge, record: str) -> None:
    """The time grows with the file, and not with its square."""
    for name in ("one", "two"):
        (laid.add(name, "1") / "RECORD").write_text(record)
    began = time.process_time()
    judge()
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "lines",
    [
        "Summary: x\n" + " y\n" * 500_000,
        "".join(f"Requires-Dist: z>={n}\n" for n in range(20_000)),
    ],
    ids=["folded", "ranges"],
)
def test_metadata_of_many_lines_is_read_once(laid: Laid, judge: Judge, lines: str) -> None:
    """The time grows with the file, and not with its square."""
    laid.add("one", "1", head=lines)
    began = time.process_time()
    judge()
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text", ["stack_a." * 100_000, "stack_" * 100_000, "cannot import name '" * 40_000]
)
def test_error_of_one_long_line_is_read_once(
    laid: Laid, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str
) -> None:
    """The time grows with the text, and not with its square."""
    file = tmp_path / "error.txt"
    file.write_text(text)
    began = time.process_time()
    assert main(laid.arguments("--traceback", str(file))) == 2
    assert time.process_time() - began < 10
    assert "No row knows" in capsys.readouterr().err
