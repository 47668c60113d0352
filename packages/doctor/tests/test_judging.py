"""What the doctor finds in an environment, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from laying import Laid, Verdict

Judge = Callable[..., Verdict]


def test_healthy_environment_has_no_finding(laid: Laid, judge: Judge) -> None:
    """What is met, extras that nobody asks for and markers of others are no matter."""
    laid.add("flask", "3.1.3", ["werkzeug>=3.1", "asgiref>=3.2; extra == 'async'"])
    laid.add("werkzeug", "3.1.3", ["colorama; sys_platform == 'nowhere'"])
    laid.add("setuptools", "80.0")
    verdict = judge()
    assert (verdict.status, verdict.findings) == (0, {})


def test_missing_and_violated_requirement_are_told_with_the_command(
    laid: Laid, judge: Judge
) -> None:
    """A set that its ranges refuse is told in words, for our packages as for others."""
    laid.add("stack-db", "0.3.0", ["stack-core>=0.2,<0.3", "flask-sqlalchemy>=3.1.1"])
    laid.add("stack-core", "0.1.0")
    verdict = judge()
    assert verdict.status == 1
    violated = verdict.findings["requirement-violated:stack-db/stack-core"]
    assert violated["message"] == (
        "stack-db 0.3.0 needs stack-core>=0.2,<0.3 and 0.1.0 is installed."
    )
    assert violated["fix"] == 'python -m pip install "stack-core>=0.2,<0.3"'
    assert "requirement-missing:stack-db/flask-sqlalchemy" in verdict.findings


def test_ranges_of_all_needers_are_in_the_command(laid: Laid, judge: Judge) -> None:
    """What mends one needer does not break another."""
    laid.add("one", "1.0", ["shared>=2"])
    laid.add("other", "1.0", ["shared<3"])
    laid.add("shared", "1.0")
    found = judge().findings["requirement-violated:one/shared"]
    assert found["fix"] == 'python -m pip install "shared>=2,<3"'


def test_extra_that_somebody_asks_for_is_followed(laid: Laid, judge: Judge) -> None:
    """The requirements of an extra count once another distribution asks for it, in a chain too."""
    laid.add("shop", "1.0", ["Flask_Security[common]"])
    laid.add(
        "flask-security", "5.6", [
            "bcrypt; extra == 'common'", "flask-security[more]; extra=='common'",
            "argon2-cffi; extra == 'more'",
        ], extras=["common", "more"],
    )  # fmt: skip
    assert {name for name in judge().findings if name.startswith("requirement-missing")} == {
        "requirement-missing:flask-security/bcrypt",
        "requirement-missing:flask-security/argon2-cffi",
    }


def test_extra_that_is_not_there_is_a_finding(laid: Laid, judge: Judge) -> None:
    """Installers only warn of it; for our own roof it is an error."""
    laid.add("shop", "1.0", ["stack[auth]", "toy[none]"])
    laid.add("stack", "0.1.0", extras=["db"])
    laid.add("toy", "1", extras=["some"])
    found = judge().findings
    assert found["extra-unknown:stack[auth]"]["severity"] == "error"
    assert found["extra-unknown:toy[none]"]["severity"] == "warning"


def test_extra_in_the_projects_own_file_is_looked_up(laid: Laid, judge: Judge) -> None:
    """A project that is not installed itself is read from its pyproject.toml."""
    laid.add("stack", "0.1.0", extras=["db"])
    laid.write("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["stack[auth]"]\n')
    assert judge().findings["extra-unknown:stack[auth]"]["file"] == "pyproject.toml"


def test_part_that_the_code_names_is_looked_up(laid: Laid, judge: Judge) -> None:
    """``Stack("auth")`` without the part is told with its place; a stranger's extension is not."""
    laid.add("stack", "0.1.0", ["stack-db; extra == 'db'"], extras=["db"])
    info = laid.add("acme-cellar", "1.0")
    (info / "entry_points.txt").write_text("[stack.extensions]\ncellar = acme_cellar:Cellar\n")
    laid.write("shop/extensions.py", '\nstack = Stack("db", "auth", "cellar")\n')
    laid.write("tests/test_it.py", 'Stack("nothing")\n')
    found = judge().findings
    assert set(found) == {"part-missing:auth", "part-missing:db"}
    assert (found["part-missing:auth"]["file"], found["part-missing:auth"]["line"]) == (
        "shop/extensions.py", 2,
    )  # fmt: skip


def test_wrong_python_is_a_finding(laid: Laid, judge: Judge) -> None:
    """What was installed past its Requires-Python fails in ways that name no version."""
    laid.add("flask", "3.1.3", head="Requires-Python: >=3.12\n")
    assert "python-unsupported:flask" in judge().findings


def test_row_is_found_with_symptom_fix_and_source(laid: Laid, judge: Judge) -> None:
    """A known pair is told with the very error, so that a search for it finds the finding."""
    laid.add("flask-login", "0.6.2")
    laid.add("werkzeug", "3.0.0")
    found = judge().findings["login-url_decode"]
    assert found["check"] == "row-break"
    assert found["symptom"] in found["message"]
    assert found["fix"] == 'python -m pip install "flask-login>=0.6.3"'
    assert found["source"].startswith("https://")


@pytest.mark.parametrize(
    ("dists", "code", "row"),
    [
        ({"flask-limiter": "3.5.0"}, "limiter = Limiter(app, key_func=f)", "limiter-posarg"),
        ({"flask-session": "0.5.0", "werkzeug": "3.0.0"}, "SESSION_USE_SIGNER = True",
         "session-bytes"),
        ({"flask-jwt-extended": "4.7.1", "pyjwt": "2.10.0"}, "create_access_token(identity=1)",
         "jwtext-subject"),
        ({"authlib": "1.6.0"}, "from authlib.integrations.flask_client import OAuth",
         "authlib-no-requests"),
    ],
)  # fmt: skip
def test_row_that_bites_in_use_needs_the_use(
    laid: Laid, judge: Judge, dists: Mapping[str, str], code: str, row: str
) -> None:
    """Such rows are silent until the project's source shows the use, comments left out."""
    for name, version in dists.items():
        laid.add(name, version)
    laid.write("app.py", f"# {code}\n")
    assert row not in judge().findings
    laid.write("shop/views.py", f"\n\n{code}\n")
    found = judge().findings[row]
    assert (found["file"], found["line"]) == ("shop/views.py", 3)


def test_companion_makes_a_row_bite(laid: Laid, judge: Judge) -> None:
    """passlib alone is quiet without setuptools; Flask-Security of that age is not."""
    laid.add("passlib", "1.7.4")
    assert judge().status == 0
    laid.add("flask-security-too", "5.4.3")
    assert "passlib-pkg_resources" in judge().findings


def test_virtual_environment_within_the_project_is_no_source(laid: Laid, judge: Judge) -> None:
    """What other people wrote is not searched, and no link is followed."""
    laid.add("flask-limiter", "3.5.0")
    for place in (".venv", "node_modules", "theirs"):
        laid.write(f"{place}/views.py", "Limiter(app)\n")
    laid.write("theirs/pyvenv.cfg")
    (laid.project / "loop").symlink_to(laid.project)
    assert judge().findings == {}


def test_modules_of_two_owners_are_told(laid: Laid, judge: Judge) -> None:
    """A known pair is its row; another is told in general; equal files and tests are no matter."""
    laid.add("pyjwt", "2.9.0", files={"jwt/__init__.py": "a"})
    laid.add("jwt", "1.3.1", files={"jwt/__init__.py": "b"})
    laid.add("one", "1", files={"toy/__init__.py": "1", "tests/__init__.py": "1"})
    laid.add("two", "1", files={"toy/__init__.py": "2", "tests/__init__.py": "2"})
    found = judge().findings
    assert set(found) == {"files-pyjwt-jwt", "files-shared:one/two"}
    assert "toy/__init__.py" in found["files-shared:one/two"]["message"]


def test_namespace_file_of_two_owners_is_no_finding(laid: Laid, judge: Judge) -> None:
    """The same contents in both hurt nobody."""
    for name in ("one", "two"):
        info = laid.add(name, "1", files={"shared/__init__.py": ""})
        (info / "RECORD").write_text("shared/__init__.py,sha256=same,0\n")
    assert judge().findings == {}


def test_module_that_is_gone_is_told(laid: Laid, judge: Judge) -> None:
    """A distribution that was removed by hand still counts as installed for installers."""
    laid.add("werkzeug", "3.1.3")
    (laid.site / "werkzeug" / "__init__.py").unlink()
    assert set(judge().findings) == {"files-missing:werkzeug"}


@pytest.mark.parametrize(("setuptools", "count"), [(None, 1), ("82.0", 1), ("81.0", 0)])
def test_import_of_pkg_resources_is_told(
    laid: Laid, judge: Judge, setuptools: str | None, count: int
) -> None:
    """It is looked for where setuptools no longer has it; a guarded import is no matter."""
    guarded = "try:\n    import pkg_resources\nexcept ImportError:\n    pass\n"
    laid.add("old", "1", files={"old/__init__.py": "import os\nimport pkg_resources\n"})
    laid.add("new", "1", files={"new/__init__.py": guarded})
    if setuptools:
        laid.add("setuptools", setuptools)
    assert [*judge().findings] == ["pkg-resources:old"] * count


@pytest.mark.parametrize("name", ["flask.py", "flask/__init__.py", "stack.py", "logging.py"])
def test_file_that_hides_a_module_is_told(laid: Laid, judge: Judge, name: str) -> None:
    """What lies in the working directory is imported first."""
    laid.add("flask", "3.1.3")
    laid.add("stack", "0.1.0", files={})
    laid.write(name)
    (found,) = judge().findings.values()
    assert (found["check"], found["severity"], found["file"]) == ("shadowed", "error", name)


def test_own_modules_of_the_project_hide_nothing(laid: Laid, judge: Judge) -> None:
    """A project that is installed from its own folder has its modules twice, and rightly so."""
    laid.add("my-shop", "1.0", files={"shop/__init__.py": "", "tests/__init__.py": ""})
    laid.write("pyproject.toml", '[project]\nname = "My.Shop"\n')
    laid.write("shop/__init__.py")
    laid.write("tests/__init__.py")
    laid.write("os.py")
    assert judge().findings == {}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (None, "there is no module 'acme_tool'"),
        ("def f(:", "is no Python"),
        ("import not_there\ndef command(): ...", "there is no module 'not_there'"),
        ("def other(): ...", "'acme_tool' has no 'command'"),
        ("import json\ndef command(): ...", ""),
    ],
)
def test_broken_command_is_told_without_running_it(
    laid: Laid, judge: Judge, source: str | None, words: str
) -> None:
    """A subcommand of ``stack`` is read, never imported."""
    ran = laid.project / "ran"
    files = {} if source is None else {"acme_tool.py": f"{source}\nopen({str(ran)!r}, 'w')\n"}
    info = laid.add("acme", "1.0", files=files)
    (info / "entry_points.txt").write_text("[stack.commands]\ngreet = acme_tool:command\n")
    found = judge().findings
    assert ("command-broken:acme/greet" in found) is bool(words)
    assert not words or words in found["command-broken:acme/greet"]["message"]
    assert not ran.exists()


def test_first_copy_on_the_path_counts(laid: Laid, judge: Judge, tmp_path: Path) -> None:
    """An older copy further along is not imported, and a ``.pth`` file is followed, not run."""
    laid.add("toy", "2.0", ["other>=1"])
    (laid.site / "more").mkdir()
    ran = tmp_path / "ran"
    (laid.site / "extra.pth").write_text(f"more\nimport os; open({str(ran)!r}, 'w')\n")
    info = laid.site / "more" / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: other\nVersion: 1.0\n")
    assert judge().findings == {}
    assert not ran.exists()


@pytest.mark.parametrize(("hooked", "told"), [(True, False), (False, True)])
def test_module_that_code_finds_is_not_missing(
    laid: Laid, judge: Judge, hooked: bool, told: bool
) -> None:
    """An editable installation may find its modules by code, which is not run here."""
    info = laid.add("acme", "1", files={})
    (info / "entry_points.txt").write_text("[stack.commands]\ngreet = acme.cli:greet\n")
    line = "import __editable___acme_1_finder; __editable___acme_1_finder.install()\n"
    (laid.site / "__editable__.acme-1.pth").write_text(line if hooked else "/nowhere\n")
    assert ("command-broken:acme/greet" in judge().findings) is told
