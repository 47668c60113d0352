"""The report in its three forms, what is ignored, what counts, and the exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from laying import Laid, Verdict
from stack_doctor import main
from stack_doctor.explanation import KNOWN
from stack_doctor.finding import CHECKS
from stack_doctor.row import KINDS, read_own_rows

Judge = Callable[..., Verdict]
SCHEMA = json.loads((files("stack_doctor") / "report.schema.json").read_text("utf-8"))


@pytest.fixture
def ill(laid: Laid) -> Laid:
    """Return an environment with an error, a warning and a finding in a file."""
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    laid.add("one", "1", files={"toy/__init__.py": "1"})
    laid.add("two", "1", files={"toy/__init__.py": "2"})
    laid.add("flask-limiter", "3.5.0")
    laid.write("shop/limits.py", "\nLimiter(app, key_func=f)\n")
    return laid


def test_report_follows_its_schema(ill: Laid, judge: Judge) -> None:
    """The schema that is shipped describes the report; a changed one would not pass."""
    verdict = judge("--ignore", "files-shared=known")
    jsonschema.validate(verdict.report, SCHEMA)
    assert verdict.report["schema"] == 1
    for change in ({"schema": 2}, {"more": 1}, {"status": 3}, {"judged": [{}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**verdict.report, **change}, SCHEMA)


def test_report_of_what_could_not_be_judged_follows_it_too(
    laid: Laid, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program reads the problem where a person reads it on stderr."""
    assert main(["doctor", "--format", "json", "--python", str(laid.project / "none")]) == 2
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    jsonschema.validate(report, SCHEMA)
    assert report["problem"] in captured.err


def test_every_finding_is_of_a_check_in_the_table(ill: Laid, judge: Judge) -> None:
    """An id begins with its check's, or is a row's; the checks are documented by the table."""
    for name, each in judge().findings.items():
        assert each["check"] in CHECKS
        assert name.startswith(f"{each['check']}:") or each["check"].startswith("row-")
    assert {f"row-{kind}" for kind in KINDS} <= set(CHECKS)


def test_ids_are_stable() -> None:
    """What somebody ignores, or looks for in CI, keeps its name: a new id is added to the list."""
    listed = (Path(__file__).parent / "stable_ids.txt").read_text("utf-8").split()
    known = [f"traceback:{each.id}" for each in KNOWN]
    assert sorted([*CHECKS, *(row.id for row in read_own_rows()), *known]) == listed


def test_example_of_a_check_is_an_id_of_it() -> None:
    """The reference shows ids that can be ignored."""
    rows = {row.id: f"row-{row.kind}" for row in read_own_rows()}
    for check in CHECKS.values():
        assert check.example.startswith(f"{check.id}:") or rows.get(check.example) == check.id


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 1),
        (["--ignore", "login-url_decode=frozen until May"], 1),
        (["--ignore", "row-break=frozen", "--ignore", "limiter-posarg=dead code"], 0),
        (["--ignore", "row-break=a", "--ignore", "limiter-posarg=b", "--strict"], 1),
        (["--ignore", "row-break=a", "--ignore", "limiter-posarg=b", "--ignore",
          "files-shared:one/two=c", "--strict"], 0),
    ],
)  # fmt: skip
def test_what_is_ignored_does_not_count(
    ill: Laid, judge: Judge, options: list[str], status: int
) -> None:
    """By id or by check; warnings count with ``--strict`` alone."""
    assert judge(*options).status == status


def test_reason_is_printed_and_needed(ill: Laid, capsys: pytest.CaptureFixture[str]) -> None:
    """Who reads the report later sees why; without a reason nothing is judged."""
    main(ill.arguments("--ignore", "login-url_decode=frozen until May"))
    assert "ignored  login-url_decode: frozen until May" in capsys.readouterr().out
    for text in ("login-url_decode", "login-url_decode=", "=why"):
        assert main(ill.arguments("--ignore", text)) == 2
        assert "has no reason. Write --ignore ID=reason." in capsys.readouterr().err


def test_ignore_that_matches_nothing_is_told(laid: Laid, judge: Judge) -> None:
    """What was mended is to be forgotten."""
    verdict = judge("--ignore", "login-url_decode=old")
    assert [*verdict.findings] == ["ignore-unused:login-url_decode"]
    assert verdict.status == 0


def test_text_names_id_message_fix_and_source(
    ill: Laid, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person reads what is wrong, then what to do."""
    assert main(ill.arguments()) == 1
    out = capsys.readouterr().out
    assert "Python 3.11.7, 5 distributions" in out
    assert "error    limiter-posarg (shop/limits.py:2)" in out
    assert '    Do: python -m pip install "flask-login>=0.6.3"' in out
    assert "    See: https://github.com/" in out
    assert out.endswith("Found: 2 errors, 1 warning.\n")


def test_annotations_are_commands_of_the_workflow(
    ill: Laid, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each finding is one line that GitHub reads; what is ignored is none."""
    assert main(ill.arguments("--format", "github", "--ignore", "row-break=x")) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("::error title=limiter-posarg,file=shop/limits.py,line=2::")
    assert lines[1].startswith("::warning title=files-shared%3Aone/two::")
    assert len(lines) == 3


def test_annotation_forges_no_command(laid: Laid, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of strangers end neither the line nor the command."""
    laid.add("bad", "1", ["x%0A::error::y ; python_version>'3'", "no,such:thing"])
    laid.add("worse", "1\n::set-output name=a::b", ["missing-thing>=1"])
    main(laid.arguments("--format", "github"))
    for line in capsys.readouterr().out.splitlines():
        assert re.match(r"::(error|warning|notice) title=[^:]*(,file=[^:]*)?::|/", line)
        assert line.count("::set-output") == 0 or not line.startswith("::set-output")


def row(**changes: object) -> dict[str, object]:
    """Return a row of one's own."""
    return {
        "id": "ours", "kind": "break", "dist": "acme", "range": "<2", "stage": "import",
        "symptom": "ImportError: acme", "source": "ticket 7", "install": ["acme>=2"],
        "proof": {"unproven": "in a private index"}, **changes,
    }  # fmt: skip


def test_rows_of_ones_own_are_added_and_replace(laid: Laid, judge: Judge, tmp_path: Path) -> None:
    """A house knows its own conflicts, and may judge one of ours otherwise."""
    laid.add("acme", "1.0")
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    file = tmp_path / "rows.json"
    rows = [row(), row(id="login-url_decode", dist="nobody")]
    file.write_text(json.dumps({"schema": 1, "rows": rows}))
    assert [*judge("--rows", str(file)).findings] == ["ours"]


WRONG = [
    ([], 'It does not begin with "schema": 1'),
    ({"schema": 2, "rows": []}, 'It does not begin with "schema": 1'),
    ({"schema": 1}, 'It has no list "rows"'),
    ({"schema": 1, "rows": [1]}, "Row 0 is no object"),
    ({"schema": 1, "rows": [{}]}, "Row 0 has no id"),
    ({"schema": 1, "rows": [row(colour=1)]}, "has the unknown member 'colour'"),
    ({"schema": 1, "rows": [row(symptom="")]}, "has no 'symptom'"),
    ({"schema": 1, "rows": [row(dist=7)]}, "'dist' is no str"),
    ({"schema": 1, "rows": [row(install=[7])]}, "'install' and 'companions' hold texts"),
    ({"schema": 1, "rows": [row(kind="bad")]}, "'bad' is no kind"),
    ({"schema": 1, "rows": [row(range=f">={'9' * 5_000}")]}, "Exceeds the limit"),
    ({"schema": 1, "rows": [row(proof={"bad": [1], "good": 2})]}, "are lists of texts"),
    ({"schema": 1, "rows": [row(range="2")]}, "Write ranges as '>=1,<2'"),
    ({"schema": 1, "rows": [row(install=["a b"])]}, "'install' has no requirement"),
    ({"schema": 1, "rows": [row(install=[])]}, "says not what to do"),
    ({"schema": 1, "rows": [row(**{"with": "flask"})]}, "needs both 'with' and 'with_range'"),
    ({"schema": 1, "rows": [row(code="(")]}, "'code' is no pattern"),
    ({"schema": 1, "rows": [row(code="a" * 1_001)]}, "'code' has over 1000 characters"),
    ({"schema": 1, "rows": [row(kind="missing")]}, "only bites in use"),
    ({"schema": 1, "rows": [row(proof={"bad": []})]}, "neither the points"),
    ({"schema": 1, "rows": [row(), row()]}, "is there twice"),
]


@pytest.mark.parametrize(("content", "words"), WRONG, ids=[words for _, words in WRONG])
def test_wrong_rows_are_refused_in_words(
    laid: Laid, judge: Judge, tmp_path: Path, content: object, words: str
) -> None:
    """The sentence names file, row and member, and nothing is judged."""
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(content))
    verdict = judge("--rows", str(file))
    assert verdict.status == 2
    assert words in verdict.report["problem"]
    assert "rows.json" in verdict.report["problem"]


@pytest.mark.parametrize("text", ["{", "[" * 100_000, None])
def test_file_of_rows_that_is_none_is_refused(
    laid: Laid, judge: Judge, tmp_path: Path, text: str | None
) -> None:
    """No JSON, JSON without end, and no file at all."""
    if text is not None:
        (tmp_path / "rows.json").write_text(text)
    assert judge("--rows", str(tmp_path / "rows.json")).status == 2
