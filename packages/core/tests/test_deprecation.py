"""What will go works on, and the warning points at whoever uses it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from packaging.version import Version

import stack_core
from stack_core import SettingsError, SetupError
from stack_core.deprecation import deprecated, former_names

PROGRAM = """
from stack_core import SettingsError
try:
    raise SettingsError("It is wrong.")
except __import__("stack_core").ConfigError as error:
    print(error)
"""
FORMER = r"'stack_core\.ConfigError' is deprecated since 0\.2 and will be gone in 0\.4\. Use "


class Greeter:
    @deprecated("'greet'", since="0.4", until="0.6")
    def hello(self, name: str, *, loud: bool = False) -> str:
        """Say hello."""
        return f"Hello, {name}{'!' if loud else '.'}"


def test_deprecated_function_warns_its_caller() -> None:
    """It answers as before, keeps its name and text, and the place is the caller's."""
    with pytest.warns(DeprecationWarning, match=": 'Greeter") as told:
        assert Greeter().hello("ann", loud=True) == "Hello, ann!"
    (warning,) = told
    assert warning.filename == __file__
    assert str(warning.message).endswith(
        "'Greeter.hello' is deprecated since 0.4 and will be gone in 0.6. Use 'greet'."
    )
    assert (Greeter.hello.__name__, Greeter.hello.__doc__) == ("hello", "Say hello.")


def test_former_name_is_the_same_class() -> None:
    """Whoever catches it by its former name goes on catching it."""
    with pytest.warns(DeprecationWarning, match=FORMER) as told:
        assert stack_core.ConfigError is SettingsError
    assert {warning.filename for warning in told} == {__file__}


def test_import_of_a_former_name_warns_the_importer() -> None:
    """Not the import system, whose frames are between."""
    with pytest.warns(DeprecationWarning, match=FORMER) as told:
        from stack_core import ConfigError
    assert issubclass(ConfigError, SetupError)
    assert {warning.filename for warning in told} == {__file__}


def test_former_name_is_quiet_until_it_is_used(tmp_path: Path) -> None:
    """Neither an import of the package nor a star import warns; the warning names the line."""
    file = tmp_path / "program.py"
    file.write_text(f"from stack_core import *\n{PROGRAM}")
    done = subprocess.run(
        [sys.executable, "-W", "always::DeprecationWarning", file], capture_output=True, text=True
    )
    assert done.stdout == "It is wrong.\n"
    assert done.stderr.count("DeprecationWarning") == 1
    assert done.stderr.startswith(f"{file}:6: DeprecationWarning: 'stack_core.ConfigError'")


def test_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name is what it was without former ones."""
    with pytest.raises(AttributeError, match="module 'stack_core' has no attribute 'Confog'"):
        _ = stack_core.Confog
    with pytest.raises(ImportError, match="cannot import name 'Confog' from 'stack_core'"):
        from stack_core import Confog  # noqa: F401


def test_former_names_of_a_strangers_module() -> None:
    """An extension's author names the own module and the own releases."""
    find = former_names("clock", {"Watch": Greeter}, since="2.1", until="3")
    with pytest.warns(DeprecationWarning, match=r"'clock\.Watch' .* 2\.1 .* 3\. Use 'Greeter'"):
        assert find("Watch") is Greeter


def test_core_keeps_what_it_deprecates_for_two_minors() -> None:
    """Nothing of core is announced to go sooner, and nothing stays beyond its time."""
    from importlib.metadata import version

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        _ = stack_core.ConfigError
    words = str(told[0].message).partition(" since ")[2].split()
    since, until = Version(words[0]), Version(words[6].rstrip("."))
    assert until.minor == since.minor + 2
    assert Version(version("stack-core")) < until
