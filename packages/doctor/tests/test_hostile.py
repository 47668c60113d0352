"""Hostile metadata: it crashes nothing, runs nothing, and steers no terminal."""

from __future__ import annotations

import errno
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from laying import Laid, Verdict
from stack_doctor import main
from stack_doctor.reading import MOST_PARTS, parse_toml
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
    began = time.monotonic()
    verdict = judge()
    assert time.monotonic() - began < 30
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


@pytest.mark.parametrize("digest", ["same", "{}"])
def test_file_of_many_owners_is_looked_at_once(laid: Laid, judge: Judge, digest: str) -> None:
    """The time grows with the owners, and not with their pairs times their files."""
    for number in range(200):
        hash_ = digest.format(number)
        lines = [f"toy/m{file}.py,sha256={hash_},1\n" for file in range(200)]
        info = laid.add(f"d{number}", "1", files={})
        (info / "RECORD").write_text("".join(["toy/__init__.py,sha256=same,1\n", *lines]))
    laid.write("../venv/lib/python3.11/site-packages/toy/__init__.py")
    began = time.process_time()
    assert bool(judge().findings) is (digest == "{}")
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


def test_line_of_record_that_is_too_long_is_one_of_many(laid: Laid, judge: Judge) -> None:
    """The other lines are read; quotes that do not close take none along."""
    for name in ("one", "two"):
        lines = [f'"toy/{"x" * 200_000},,', f"toy/__init__.py,sha256={name},1"]
        lines.append(f'"toy/a,b.py",sha256={name},1')
        info = laid.add(name, "1", files={"toy/__init__.py": ""})
        (info / "RECORD").write_text("\n".join(lines))
    (found,) = judge().findings.values()
    assert found["id"] == "files-shared:one/two"
    assert "2 modules" in found["message"]


def test_many_faults_hide_no_graver_one(laid: Laid, judge: Judge) -> None:
    """The report has an end, and begins with the errors."""
    for number in range(1_100):
        (laid.site / f"~ask-{number}.dist-info").mkdir()
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    verdict = judge()
    assert verdict.status == 1
    assert next(iter(verdict.findings)) == "login-url_decode"
    assert len(verdict.findings) == 1_000


def test_folder_that_may_not_be_read_cannot_be_judged(
    laid: Laid, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not seen is not fine."""
    original = os.scandir

    def scandir(path: str) -> object:
        if path == str(laid.site):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return original(path)

    monkeypatch.setattr("os.scandir", scandir)
    verdict = judge()
    assert verdict.status == 2
    assert verdict.report["problem"].startswith(f"'{laid.site}' cannot be read (Permission denied")


@pytest.mark.parametrize("name", ["METADATA", "RECORD", "entry_points.txt", "INSTALLER"])
@pytest.mark.parametrize("content", [b"\xff\xfe\xfa" * 1_000, bytes(range(256)), b"\0" * 100_000])
def test_bytes_that_are_no_text_are_one_fault_at_most(
    laid: Laid, judge: Judge, name: str, content: bytes
) -> None:
    """A disk that failed leaves anything behind."""
    (laid.add("one", "1") / name).write_bytes(content)
    verdict = judge()
    assert verdict.status in (0, 1)
    assert len(verdict.findings) <= 1


def test_release_that_was_left_beside_another_is_told(laid: Laid, judge: Judge) -> None:
    """An interrupted installation leaves two; two folders of one release are no matter."""
    laid.add("one", "1.0")
    laid.add("one", "2.0")
    laid.add("other", "1.0")
    (laid.site / "other.egg-info").write_text("Name: other\nVersion: 1.0\n")
    assert [*judge().findings] == ["metadata-twice:one"]


def test_escapes_of_strangers_are_no_warning(laid: Laid, judge: Judge) -> None:
    """What Python says of a module that is read goes nowhere."""
    info = laid.add("acme", "1", files={"acme_tool.py": "x = '\\d'\ndef command(): ...\n"})
    (info / "entry_points.txt").write_text("[stack.commands]\ngreet = acme_tool:command\n")
    assert judge().findings == {}


DEEP = [
    ".".join("a" * 50_000) + " = 1\n",
    " . ".join("a" * 50_000) + " = 1\n",
    ".".join(['"\\""'] * 50_000) + " = 1\n",
    ".".join(["'a'"] * 50_000) + " = 1\n",
    "[" + ".".join("a" * 50_000) + "]\n",
    "x = [1,{" + ".".join("a" * 50_000) + " = 1}]\n",
    "x = " + "[" * 50_000,
    "x = " + "{a=" * 50_000,
]


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_toml_without_bottom_is_refused_at_once(
    laid: Laid, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """A lock is refused in words; the project's own file is as good as none."""
    laid.write("uv.lock", text)
    laid.write("pyproject.toml", text)
    began = time.process_time()
    assert main(laid.arguments("--lock", str(laid.project / "uv.lock"))) == 2
    assert capsys.readouterr().err.count("is no TOML") == 1
    assert main(laid.arguments()) == 0
    assert time.process_time() - began < 5


@pytest.mark.parametrize("part", ["a", "'a'", '"a"', '"\\"" ', "a "])
def test_key_of_a_few_parts_is_read(part: str) -> None:
    """The bound is far above what locks have, and numbers and texts are no keys."""
    key = ".".join([part] * MOST_PARTS)
    assert parse_toml(f"{key} = 1.5\nx = '{'a.' * 20}'")
    with pytest.raises(ValueError, match="has more than 32 parts"):
        parse_toml(f"{key}.{part} = 1\n")


@pytest.mark.parametrize("code", ["(a|a)*b", "(a*)*b", "(.|a)+b", "(a|a)" * 40 + "b"])
def test_pattern_without_end_is_ended(
    laid: Laid, judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    """One sentence names the row; the patterns before it do not take its time."""
    monkeypatch.setattr("stack_doctor.source.PATIENCE", 2)
    laid.add("acme", "1")
    laid.write("app.py", "x = 1\n" + "a" * 50 + "c\n")
    row = {
        "kind": "behaviour", "dist": "acme", "range": "<2", "stage": "use", "symptom": "slow",
        "source": "a test", "advice": "none", "proof": {"unproven": "a test"},
    }  # fmt: skip
    file = tmp_path / "rows.json"
    rows = [{**row, "id": "quick", "code": "x = 1"}, {**row, "id": "slow", "code": code}]
    file.write_text(json.dumps({"schema": 1, "rows": rows}))
    began = time.monotonic()
    verdict = judge("--rows", str(file))
    assert time.monotonic() - began < 10
    assert verdict.status == 2
    assert verdict.report["problem"].startswith("Row 'slow': its 'code' is not searched for")


def test_symptom_of_many_gaps_is_searched_for_once(
    laid: Laid, judge: Judge, tmp_path: Path
) -> None:
    """What a row leaves out of its symptom does not multiply the time."""
    row = {
        "id": "gaps", "kind": "break", "dist": "acme", "range": "<2", "stage": "import",
        "source": "a test", "advice": "none", "proof": {"unproven": "a test"},
        "symptom": "Error: begins…" + "a…" * 10 + "ends",
    }  # fmt: skip
    (tmp_path / "rows.json").write_text(json.dumps({"schema": 1, "rows": [row]}))
    error = tmp_path / "error.txt"
    options = ("--rows", str(tmp_path / "rows.json"), "--traceback", str(error))
    error.write_text("Error: begins " + "a" * 5_000)
    began = time.process_time()
    assert judge(*options).status == 2
    assert time.process_time() - began < 5
    error.write_text("Error: begins here, " + "a, " * 10 + "and ends")
    assert [*judge(*options).findings] == ["gaps"]
