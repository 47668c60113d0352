"""Every task of the repository; ``nox -l`` lists them. Arguments after ``--`` go to the tool."""

from __future__ import annotations

import os
import shutil
import sys
from itertools import product
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tooling"))

from workspace import packages  # noqa: E402  # the tooling is no installed package

nox.needs_version = ">=2026.10.20"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["tests", "lint", "types", "docs"]

LOCKED = "tooling/locked.txt"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
#: The tests that need nothing but Python.
LOCAL = "not services and not browser and not node and not fuzz and not incompat"
MYPY = ["--strict", "--no-error-summary", "--pretty"]


def prepare(session: nox.Session, *groups: str, packaged: bool = True) -> None:
    """Fill a session's environment from the locked set, with our packages from the checkout.

    :param packaged: whether the session needs our own packages.
    """
    session.env.update(UV_PYTHON_DOWNLOADS="never", UV_COMPILE_BYTECODE="1")
    # Imports from bytecode are what users have, and six times quicker.
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    chosen = [f"--group={group}" for group in groups]
    editable = [f"--editable=packages/{each.name}" for each in packages()] if packaged else []
    session.install("--quiet", f"--constraint={LOCKED}", *chosen, *editable)


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test that needs no service and no browser."""
    prepare(session, "tests")
    session.run("pytest", "-n2", "-m", f"{LOCAL} and not slow", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """Run the tests that start whole programs; they need no service either."""
    prepare(session, "tests", "types", "lint")
    session.run("pytest", "-n2", "-m", f"{LOCAL} and slow", *session.posargs)


@nox.session
def services(session: nox.Session) -> None:
    """Run the tests against PostgreSQL, MariaDB and Redis; a missing one is an error."""
    prepare(session, "tests")
    session.run("python", "tooling/services.py")
    session.run("pytest", "-n2", "-m", "services and not node and not slow", *session.posargs)


@nox.session
def long(session: nox.Session) -> None:
    """Run what takes long on those servers: stops, kills, and the whole matrix of stores."""
    prepare(session, "tests")
    session.run("python", "tooling/services.py")
    session.run("pytest", "-n2", "-m", "services and slow", *session.posargs)


@nox.session
def api(session: nox.Session) -> None:
    """Judge the OpenAPI document with other people's tools; compile and use the client."""
    prepare(session, "tests", "api")
    place = Path(session.create_tmp()).resolve()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tooling" / "node" / name, place)
    if SYSTEM_CERTIFICATES.is_file() and "NODE_EXTRA_CA_CERTS" not in os.environ:
        # Node has a list of its own, and does not know whom the machine trusts besides.
        session.env["NODE_EXTRA_CA_CERTS"] = str(SYSTEM_CERTIFICATES)
    with session.chdir(place):
        session.run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    session.env["STACK_NODE_MODULES"] = str(place / "node_modules")
    session.run(
        "pytest", "-n2", "-m", "node", "packages/rest", "integration/api", *session.posargs
    )


@nox.session
def fuzz(session: nox.Session) -> None:
    """Call every operation of the demo and of a library with what Schemathesis makes of them."""
    prepare(session, "tests", "fuzz")
    # All three at once, as each waits for its server; with the report of those that pass.
    session.run("pytest", "-n3", "-rP", "-m", "fuzz", "integration/fuzz", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check formatting, lint, the house's own rules and the lock."""
    prepare(session, "lint", packaged=False)
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")
    session.run("python", "tooling/rules.py")
    session.run("python", "tooling/lock.py", "--check")
    session.run("python", "tooling/vendor.py", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy and pyright: our packages, the strangers, a generated application."""
    prepare(session, "types", "tests", "tools")
    sources = [str(each.module.relative_to(ROOT)) for each in packages()]
    session.run("mypy", *MYPY, *sources)
    session.run("mypy", *MYPY, "noxfile.py", *map(str, Path("tooling").glob("*.py")))
    session.run("pyright", *sources)
    for stranger in ("doorkeeper", "greeter"):
        with session.chdir(ROOT / "integration" / "strangers" / stranger):
            session.run("mypy", "--no-error-summary", "--pretty")
    place = Path(session.create_tmp())
    session.run("rm", "-rf", str(place / "shop"), external=True)
    with session.chdir(place):
        session.run("stack", "new", "shop")
    with session.chdir(place / "shop"):
        session.run("mypy", *MYPY, ".")
        session.run("pyright", "--pythonpath", str(Path(session.bin) / "python"), ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Run the documentation's examples, check the generated references, build the site."""
    prepare(session, "docs", "tests")
    session.run("python", "tooling/reference.py", "--check")
    session.run("python", "tooling/matrix", "--check")
    session.run("pytest", "-n2", "docs", *session.posargs)
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build")
    session.run("python", "tooling/pages.py", "docs/_build")


@nox.session
def build(session: nox.Session) -> None:
    """Build every wheel and sdist twice, install them in a fresh environment and use them."""
    prepare(session, "lint", packaged=False)
    session.run("python", "tooling/wheels.py", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """Run the matrix of versions, each cell from built wheels; ``-- --short`` is what CI runs."""
    prepare(session, "lint", packaged=False)
    session.run("python", "tooling/matrix", *session.posargs)


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """Do the README's main job: an application with 336,776 flights, from built wheels."""
    session.run(sys.executable, "tooling/run.py", "demo", *session.posargs, external=True)


@nox.session
def release(session: nox.Session) -> None:
    """Plan, make or prove releases: ``-- plan``, ``-- apply`` or ``-- verify``."""
    # A wave writes the tested ranges, and Flask's own are read from where it is installed.
    prepare(session, "lint")
    session.run("python", "tooling/release.py", *session.posargs)


@nox.session
def flip(session: nox.Session) -> None:
    """Run the tests of released packages on today's siblings, and the reverse."""
    prepare(session, "lint", packaged=False)
    session.run("python", "tooling/release.py", "flip", *session.posargs)


@nox.session
def upgrade(session: nox.Session) -> None:
    """Upgrade the demo with its data, from the released packages to today's."""
    prepare(session, "lint", packaged=False)
    session.run("python", "tooling/release.py", "upgrade", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure ours beside bare Flask and hand-written code; ``-- --peers PATH`` adds others."""
    prepare(session, "tests")
    session.run("python", "tooling/bench", *session.posargs)


@nox.session
def incompat(session: nox.Session) -> None:
    """Prove 15 known conflicts in real environments, and that constraints refuse them.

    ``-- --all`` proves every one; ``-- --environments`` those in which ``import flask`` fails.
    """
    prepare(session, "tests")
    session.run("python", "tooling/incompat", *session.posargs)
    session.run("pytest", "-m", "incompat", "integration/doctor")


@nox.session
def index(session: nox.Session) -> None:
    """Judge 40 extensions of others by the kit again; ``-- NAME`` renews only that."""
    prepare(session, "tests")
    session.run("python", "tooling/index", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Run the tests that need Chromium."""
    prepare(session, "tests", "browser")
    session.run("pytest", "-m", "browser", "integration", *session.posargs)


SUITES = [*product(("flask-sqlalchemy", "flask-migrate"), ("2.0", "2.1"))]


@nox.session
@nox.parametrize("suite,sqlalchemy", SUITES, ids=["-".join(each) for each in SUITES])
def upstream(session: nox.Session, suite: str, sqlalchemy: str) -> None:
    """Run an upstream library's own tests with our class in its place."""
    prepare(session, "tests")
    # On 2.0 theirs works too, and nothing that passes with theirs may fail with ours.
    compare = ["--compare"] if sqlalchemy == "2.0" else []
    program = "integration/upstream/run.py"
    session.run("python", program, suite, "--sqlalchemy", sqlalchemy, *compare)
