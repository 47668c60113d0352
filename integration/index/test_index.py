"""The index of strangers is whole, and the page of the documentation is what it says."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from index.__main__ import AT_ONCE, judge, judge_all
from index.entry import FOLDER, Entry, Strangers, read_strangers
from index.environment import NotJudged, arguments, conform
from index.outcome import FILE as RESULTS
from index.outcome import (
    Judgement,
    Outcome,
    Results,
    keep,
    read_results,
    refuse,
    settle,
    write_results,
)
from index.page import PAGE, find_missing, render

GREEDY = '''
from flask import Flask


class Greedy:
    """Keeps the application, and takes a name that is not its own."""

    def init_app(self, app: Flask) -> None:
        self.app = app
        app.extensions["other"] = self


def make() -> Greedy:
    return Greedy()


def use(app: Flask) -> None:
    raise ValueError("It is used.")
'''
ENTRY = Entry(
    distribution="Greedy",
    version="1.0",
    target="greedy:make",
    about="keeps what it gets",
    settings={"GREEDY_SIZE": 3, "GREEDY_SECRETS": {"web": {"issuer": 'it\'s "me"'}}},
    names=("greed",),
)


def judgement(**results: Outcome) -> Judgement:
    """A judgement of the entry with some results."""
    found = {rule.replace("_", "-"): each for rule, each in results.items()}
    return Judgement("Greedy", "1.0", "does-not-conform", "", {}, found)


def test_index_is_whole() -> None:
    """40 extensions in fixed versions are judged, and every red has its reason."""
    strangers, results = read_strangers(), read_results()
    assert len({each.distribution for each in strangers.extension}) == 40
    assert set(results.judged) == {each.distribution for each in strangers.extension}
    assert list(find_missing(strangers, results)) == []


def test_nearly_all_are_judged() -> None:
    """At most 3 of them cannot be installed or put on an application any more."""
    judged = read_results().judged.values()
    assert len([each for each in judged if each.verdict == "not-judged"]) <= 3


def test_results_name_no_machine() -> None:
    """What is kept is the same on each machine: no folder, no address of an object, no time."""
    text = RESULTS.read_text("utf-8")
    assert re.findall(r"/(?:tmp|root|home|var|work)/|0x[0-9a-f]{6}|seconds\"|_ms\"", text) == []


def test_results_are_kept_as_they_are(tmp_path: Path) -> None:
    """What is written is what is read, also of what has no result, and in the order of names."""
    found = judgement(typed=Outcome("failed", seen='It "has" none.', evidence=("a", "b")))
    judged = {"Zeal": replace(found, distribution="Zeal"), "ale": refuse(ENTRY, "It is gone.")}
    results = Results(1, {**judged, "ale": replace(judged["ale"], distribution="ale")})
    write_results(results, tmp_path / "results.json")
    read = read_results(tmp_path / "results.json")
    assert read == results
    assert list(read.judged) == ["ale", "Zeal"]


def test_page_shows_the_results() -> None:
    """The page is the rendering of the data."""
    assert PAGE.read_text("utf-8") == render(read_strangers(), read_results())


@pytest.mark.parametrize(
    ("entry", "kept", "said"),
    [
        (ENTRY, None, "Greedy 1.0 is not judged yet"),
        (replace(ENTRY, version="1.1"), judgement(), "Greedy 1.1 is not judged yet"),
        (ENTRY, judgement(typed=Outcome("failed")), "Greedy is red by 'typed'"),
        (
            replace(ENTRY, why={"typed": "It has none."}),
            judgement(typed=Outcome("passed")),
            "Greedy has a 'why' for 'typed', which is not red",
        ),
    ],
)
def test_what_is_missing_is_told(entry: Entry, kept: Judgement | None, said: str) -> None:
    """A judgement of another version, a red without a reason, and a reason without a red."""
    results = Results(1, {"Greedy": kept} if kept else {})
    (found,) = find_missing(Strangers(1, "2026-11-30", {}, (entry,)), results)
    assert found.startswith(said)


def test_extension_is_judged_with_what_it_is_given(tmp_path: Path) -> None:
    """The kit's report of an extension in a folder is kept, without what differs each time."""
    (tmp_path / "greedy.py").write_text(GREEDY, "utf-8")
    report = conform(replace(ENTRY, use="greedy:use"), Path(sys.executable), tmp_path)
    kept = keep(ENTRY, report)
    assert kept.verdict == "does-not-conform"
    assert kept.results["no-self-app"].evidence == ("self.app",)
    assert "app.extensions['other']" in kept.results["extension-key"].evidence
    assert "ValueError: It is used" in kept.results["threads"].seen
    assert "import-time" not in kept.results
    assert kept.judged_by["stack-testing"]
    assert str(tmp_path) not in str(kept)


def test_settings_are_told_as_toml() -> None:
    """A table in a setting reaches the application as a dictionary."""
    assert '--setting=GREEDY_SECRETS={ "web" = { "issuer" = "it\'s \\"me\\"" } }' in arguments(
        ENTRY
    )


def test_kit_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """A command that cannot be understood ends in a sentence, and not in a report."""
    with pytest.raises(NotJudged, match=r"The kit ended with 2: .*'flying' is no ability"):
        conform(replace(ENTRY, abilities=("flying",)), Path(sys.executable), tmp_path)


def test_what_cannot_be_installed_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The installer's refusal is the reason that is kept."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    kept = judge(ENTRY, [], tmp_path / "venv", "2026-11-30")
    assert kept.reason.startswith("It cannot be installed")
    assert (kept.verdict, kept.results) == ("not-judged", {})
    assert str(tmp_path) not in kept.reason
    assert not (tmp_path / "venv").exists()


def test_all_are_judged_two_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is judged once, no more than two together, and its reds are told in order."""
    entries = [replace(ENTRY, distribution=f"Greedy-{number}") for number in range(6)]
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(AT_ONCE, timeout=5)

    def judging(entry: Entry) -> Judgement:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1
        found = judgement(typed=Outcome("failed"), order=Outcome("passed"))
        return replace(found, distribution=entry.distribution)

    found = judge_all(entries, judging)
    assert list(found) == [f"Greedy-{number}" for number in range(6)]
    assert most == AT_ONCE == 2
    assert capsys.readouterr().out.splitlines() == [
        f"does-not-conform  Greedy-{number}: typed" for number in range(6)
    ]


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("/tmp/a-1/lib/python3.11/site-packages/flask_x/y.py:3", "flask_x/y.py:3"),
        ("<function f at 0x7f00ab12>", "<function f>"),
        ("open('/tmp/conformance-1/7/x.db')", "open('…/x.db')"),
        ("the route /tmp of 'x'", "the route /tmp of 'x'"),
    ],
)
def test_text_is_settled(text: str, settled: str) -> None:
    """What is another on each machine goes, and nothing else."""
    assert settle(text) == settled


def test_reason_is_rendered_beside_what_was_seen() -> None:
    """A red shows the kit's sentence, where it was seen, and why; what is seen is no markup."""
    entry = replace(ENTRY, why={"no-self-app": "It sets `self.app`."})
    red = Outcome("failed", seen="It keeps <app> as 'self._app'.", evidence=("greedy.py:9",))
    strangers = Strangers(1, "2026-11-30", {}, (entry,))
    page = render(strangers, Results(1, {"Greedy": judgement(no_self_app=red)}))
    assert (
        "- `no-self-app` (required). It keeps \\<app\\> as 'self.\\_app'. (`greedy.py:9`) It sets"
        " `self.app`." in page
    )
    assert "| `no-self-app` | 0 | 1: [Greedy](#stranger-greedy) |" in page
    assert "| [Greedy](#stranger-greedy) 1.0 | does not conform | 1 | 0 | 0 |" in page


def test_unknown_name_is_refused() -> None:
    """A name that is not in the index is told, and not left out in silence."""
    with pytest.raises(ValueError, match=r"'Flask-Nothing' is not in the index"):
        read_strangers().choose(["Flask-Nothing"])
    assert [each.distribution for each in read_strangers().choose(["flask-login"])] == [
        "Flask-Login"
    ]


def test_stands_import_without_any_extension() -> None:
    """The module that makes some of them is imported where only one of them is installed."""
    text = (FOLDER / "stands.py").read_text("utf-8")
    top = re.findall(r"^(?:from|import) (\S+)", text, re.MULTILINE)
    assert set(top) == {"__future__", "functools", "typing", "flask"}
