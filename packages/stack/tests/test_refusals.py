"""What cannot be a part of a ``Stack``, and what is said about it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from flask import Flask

from stack import Stack
from stack_core import Extension, MissingExtension, NoSettings, SetupError

Install = Callable[..., None]

CELLAR = """
from stack_core import Extension

class Cellar(Extension):
    name = "cellar"
"""


class Ground(Extension[NoSettings, None]):
    name = "ground"


class Taken(Extension[NoSettings, None]):
    name = "init_app"


class First(Extension[NoSettings, None]):
    name = "first"
    after = ("second",)


class Second(Extension[NoSettings, None]):
    name = "second"
    requires = ("first",)


GROUND = Ground()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["postgres"], "'postgres' only installs something for 'db'; it is no part."),
        (["postgres"], 'run: python -m pip install "stack[db,postgres]"'),
        (["redis"], "'redis' only installs something that a setting turns on; it is no part."),
        (["redis"], 'run: python -m pip install "stack[redis]" and set STACK_KEEP'),
        (["postgresql"], "'postgres' only installs something for 'db'; it is no part."),
        (["testing"], "'testing' is a pytest plugin and works wherever it is installed."),
        ([Ground], "'Ground' is a class. Write Stack(Ground(…))."),
        ([5], "An object of type 'int' has no init_app(app)."),
        ([None], "An object of type 'NoneType' has no init_app(app)."),
        ([["db"]], "Write its items one after the other."),
        ([Flask("x")], "Write stack.init_app(app)."),
        ([GROUND, GROUND], "'ground' is in this Stack twice."),
        ([GROUND, Ground()], "'ground' is in this Stack twice."),
        ([Taken()], "An extension cannot be called 'init_app'"),
        ([First(), Second()], "No order is possible: first → second → first"),
    ],
)
def test_argument_that_cannot_be_a_part_is_refused(parts: list[object], sentence: str) -> None:
    """One sentence says what is wrong with it, another what to write."""
    with pytest.raises(SetupError, match=re.escape(sentence)):
        Stack(*parts)  # type: ignore[arg-type]  # the mistake itself


def test_empty_stack_lists_what_is_installed(install: Install) -> None:
    """Nothing is activated by being installed."""
    install("acme", "cellar = acme_cellar:Cellar", acme_cellar=CELLAR)
    with pytest.raises(SetupError, match=r'Stack\(\) composes nothing.*Stack\("cellar"'):
        Stack()
    assert "acme_cellar" not in sys.modules


def test_empty_stack_without_extensions_says_what_to_install() -> None:
    """With nothing to name there is one command to run."""
    from stack.catalogue import explain_nothing

    assert explain_nothing({}).endswith('Run: python -m pip install "stack[db]"')


def test_unknown_name_suggests_the_nearest(install: Install) -> None:
    """A slip of the finger is answered with the name that was meant."""
    install("acme", "cellar = acme_cellar:Cellar", acme_cellar=CELLAR)
    with pytest.raises(MissingExtension, match="Did you mean 'cellar'") as error:
        Stack("celar")
    assert error.value.name == "celar"
    with pytest.raises(MissingExtension, match=r"Those that are: .*'cellar'"):
        Stack("observatory")


def test_part_that_is_not_installed_gives_the_command(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known, absent, and near misses of it: the exact command."""
    from stack.catalogue import get_offer

    command = re.escape('Run: python -m pip install "stack[db]"')
    with pytest.raises(MissingExtension, match=f"'db' is not installed. {command}"):
        get_offer("db", {})
    with pytest.raises(MissingExtension, match=f"Did you mean 'db'.*{command}"):
        get_offer("dbs", {})
    with pytest.raises(MissingExtension, match=f"Did you mean 'db'.*{command}"):
        get_offer("DB", {})


def test_only_named_entry_points_are_imported(install: Install) -> None:
    """A distribution that nobody named does not get to run."""
    install("acme", "cellar = acme_cellar:Cellar", acme_cellar=CELLAR)
    install("lurker", "lurker = acme_lurker:Lurker", acme_lurker="raise SystemExit('run!')")
    Stack("cellar")
    assert "acme_lurker" not in sys.modules


def test_name_that_two_distributions_claim_is_refused(install: Install) -> None:
    """Both are named and neither is imported."""
    install("acme", "cellar = acme_cellar:Cellar", acme_cellar=CELLAR)
    install("rival", "cellar = acme_cellar:Cellar")
    with pytest.raises(SetupError, match=r"'cellar' is offered by .* and .*neither is used") as e:
        Stack("cellar")
    assert "'acme'" in str(e.value)
    assert "'rival'" in str(e.value)
    assert "acme_cellar" not in sys.modules


def test_name_of_a_part_is_its_owners_alone(install: Install) -> None:
    """Whoever is installed in place of the owner of ``db`` cannot pose as it."""
    from stack.catalogue import get_offer, read_offers

    install("stack-db-fast", "db = acme_cellar:Cellar", acme_cellar=CELLAR)
    offers = {"db": tuple(o for o in read_offers()["db"] if o.distribution == "stack-db-fast")}
    with pytest.raises(SetupError, match="comes from 'stack-db', but here 'stack-db-fast'"):
        get_offer("db", offers)
    assert "acme_cellar" not in sys.modules


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import nobody_has_this", "cannot be imported (ModuleNotFoundError: No module named"),
        ("raise ValueError('a\\nb')", "cannot be imported (ValueError: a b)"),
        ("", "cannot be imported (AttributeError: "),
        ("Cellar = 3", "gives an object of type 'int', which has no init_app(app)"),
        (CELLAR.replace('"cellar"', '"attic"'), "makes an extension called 'attic'"),
    ],
)
def test_entry_point_that_does_not_work_names_its_distribution(
    install: Install, source: str, sentence: str
) -> None:
    """The error says whose fault it is; no bare ImportError from somewhere."""
    install("acme", "cellar = acme_cellar:Cellar", acme_cellar=source)
    with pytest.raises(SetupError, match=re.escape(sentence)) as error:
        Stack("cellar")
    assert "'cellar'" in str(error.value)
