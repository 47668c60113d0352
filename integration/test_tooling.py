"""What judges this repository can tell right from wrong."""

import json
import re
import socket
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import findings
import lock
import pages
import rules
import services
import tested
from download import Download
from launch import Trouble
from releasing.fragment import find_fragment_faults, read_fragments
from workspace import Package, closure, packages

PIN = "flask==3.1.3 \\\n    --hash=sha256:0a\n"


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        (PIN, "flask>=3.1", ""),
        (PIN, "flask>=3.2", "3.1.3 is locked"),
        (PIN, "click", "not locked"),
        ("flask==3.1.3\n", "flask", "no hash"),
        ("flask>=3\n", "flask", "no exact version"),
        ("flask @ https://host/flask.whl\n" + PIN, "flask", "names an address"),
    ],
)
def test_lock_is_judged(text: str, asked: str, said: str) -> None:
    """A lock has exact versions with hashes, meets what is asked for and names no host."""
    found = " ".join(lock.faults(text, [Requirement(asked)]))
    assert said in found
    assert bool(found) is bool(said)


def test_lock_covers_the_workspace() -> None:
    """The committed lock fits what the packages and the groups ask for today."""
    assert lock.faults(lock.LOCKED.read_text("utf-8"), lock.wanted()) == []


LONG = "def act():\n" + "    pass\n" * 75
FILES = {
    "long file": ("pass\n" * 401, "401 lines"),
    "long function": (LONG, "'act' has 76 lines"),
    "many parameters": ("def act(a, b, c, d, e, f, g): ...\n", "has 7 parameters"),
}


@pytest.mark.parametrize(("text", "said"), FILES.values(), ids=FILES)
def test_size_is_judged(tmp_path: Path, text: str, said: str) -> None:
    """A file, a function and a list of parameters have a longest form."""
    file = tmp_path / "module.py"
    file.write_text(text)
    assert said in " ".join(rules.size_faults(file, library=True))


def test_method_does_not_count_self(tmp_path: Path) -> None:
    """Six parameters beside self are allowed."""
    file = tmp_path / "module.py"
    file.write_text("class A:\n    def act(self, a, b, c, d, e, *, f): ...\n")
    assert list(rules.size_faults(file, library=True)) == []


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ('"""A face."""\n\nfrom .noun import Noun\n\n__all__ = ["Noun"]\n', True),
        ("from stack_core import Extension\n", False),
        ("try:\n    from .noun import Noun\nexcept ImportError:\n    pass\n", False),
        ("version = 1\n", False),
        ("from .noun import Noun\n" * 41, False),
    ],
)
def test_face_is_judged(tmp_path: Path, text: str, fine: bool) -> None:
    """A face holds relative imports and ``__all__``, in forty lines."""
    file = tmp_path / "__init__.py"
    file.write_text(text)
    assert (list(rules.face_faults(file)) == []) is fine


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("protocol.added.md", b"It is there.", ""),
        ("protocol.md", b"It is there.", "protocol.md is not named '<slug>.<kind>.md'"),
        ("protocol.weird.md", b"It is there.", "protocol.weird.md is not named"),
        ("Protocol.added.md", b"It is there.", "Protocol.added.md is not named"),
        ("protocol.added.txt", b"It is there.", "protocol.added.txt is not named"),
        ("protocol.added.md", b"\n", "protocol.added.md is empty"),
        ("protocol.added.md", b"\xff", "protocol.added.md is not UTF-8"),
        ("protocol.added.md", b"a" * 2001, "protocol.added.md has more than 2000 bytes"),
    ],
)
def test_fragment_is_judged(tmp_path: Path, name: str, text: bytes, said: str) -> None:
    """A changelog fragment has a slug, a kind and a text; nothing reads another one."""
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / name).write_bytes(text)
    package = Package(tmp_path, {"project": {"name": "toy", "version": "1"}})
    assert [fault for fault in find_fragment_faults(package) if said not in fault] == []
    if said:
        with pytest.raises(Trouble, match=re.escape(said)):
            read_fragments(package)
    else:
        assert [each.kind for each in read_fragments(package)] == ["added"]


SOURCE = """
FIX = "Mend it."

def checks(app):
    yield Finding("toy.plain", "error", f"'{app}' is wrong.", FIX)
    said = "Not yet."
    yield _later("wrapped", "warning", said, "Wait.")
    said = "Too late."

def _later(words, severity, message, fix):
    return Finding(f"toy.{words}", severity, message, fix, deploy=True)
"""


def test_findings_are_read_from_source(tmp_path: Path) -> None:
    """Literal texts, constants and wrappers are followed; what differs is an ellipsis."""
    file = tmp_path / "module.py"
    file.write_text(SOURCE)
    assert findings.read_findings([file]) == [
        findings.Row("toy.plain", "error", "'…' is wrong.", "Mend it.", False),
        findings.Row("toy.wrapped", "warning", "Not yet.", "Wait.", True),
    ]


def test_missing_service_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that does not answer is one sentence with its address and its variable."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    for variable, default in services.SERVICES.values():
        scheme = default.partition("://")[0]
        monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:{port}/")
    found = services.missing()
    assert len(found) == len(services.SERVICES)
    assert found[0].endswith(f"at 127.0.0.1:{port}. Start it, or set STACK_TEST_POSTGRES.")


def test_answering_service_is_found() -> None:
    """A service that accepts a connection is there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert services.answers(*server.getsockname())


def test_another_file_is_no_download(tmp_path: Path) -> None:
    """What an index gives in place of the known file is refused by its hash."""
    wrong = tmp_path / "toy-1.tar.gz"
    wrong.write_text("Something else.")
    with pytest.raises(Trouble, match=r"another toy-1\.tar\.gz: its SHA-256 is 240f1c"):
        Download("toy==1", "0" * 64).load(wrong.as_uri(), tmp_path / "part")


PAGES = {
    "own": ('<script src="a.js"></script><a href="https://host/">there</a>', True),
    "canonical": ('<link rel="canonical" href="https://host/">', True),
    "script": ('<script src="https://host/a.js"></script>', False),
    "no scheme": ('<img src="//host/a.png">', False),
    "font": ('<link rel="stylesheet" href="https://host/font.css">', False),
    "style": ("<style>@import 'https://host/a.css';</style>", False),
    "background": ('<p style="background: url(//host/a.png)">', False),
}


@pytest.mark.parametrize(("text", "fine"), PAGES.values(), ids=PAGES)
def test_foreign_load_is_found(tmp_path: Path, text: str, fine: bool) -> None:
    """A page may link to another host and may load nothing from it."""
    (tmp_path / "page.html").write_text(text)
    assert (list(pages.faults(tmp_path)) == []) is fine


def test_closure_follows_extras() -> None:
    """What an installation needs is the roof, what it requires, and what its extra names."""
    names = {package.name for package in closure("stack", "db")}
    assert names == {"stack", "core", "doctor", "db"}
    assert {package.name for package in closure("stack", "db", "rest")} == {*names, "rest"}
    assert {package.name for package in closure("stack")} == {"stack", "core", "doctor"}
    assert names < {package.name for package in packages()}


def test_tested_set_is_what_the_roof_carries() -> None:
    """The doctor's constraints name the ranges of the extras, as ``tooling/tested.py`` writes."""
    text = (tested.ROOT / tested.FILE).read_text("utf-8")
    content = json.loads(text)
    assert (content["python"], content["ranges"]) == (">=3.11", tested.find_tested())


def test_tested_set_holds_what_is_tested() -> None:
    """Whoever obeys the constraints may have each release that the tests are run with."""
    ours = {f"stack-{package.name}" for package in packages()}
    ranges = [
        Requirement(f"{name}{range_}")
        for name, range_ in tested.find_tested().items()
        if name not in ours
    ]
    assert lock.faults(lock.LOCKED.read_text("utf-8"), ranges) == []
