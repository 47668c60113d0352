"""Generates an application, gives it the flights, and brings its database up to date."""

import re
import shutil
from pathlib import Path

from launch import Trouble

from .workshop import APPLICATION, EXTRAS, FEATURE, Workshop

IMPORT = "from .flights import blueprint as flights"
FEATURES = re.compile(r"FEATURES = \(.+\)")


def generate(workshop: Workshop) -> None:
    """Generate the application and add the feature as the tutorial does."""
    doing = "The application cannot be generated"
    extras = f"--with={','.join(EXTRAS)}"
    workshop.run(doing, workshop.program("stack"), "new", APPLICATION, extras)
    package = workshop.application / APPLICATION
    ignored = shutil.ignore_patterns("__pycache__", "migrations", "README.md")
    shutil.copytree(FEATURE, package / "flights", ignore=ignored)
    for revision in (FEATURE / "migrations").glob("*.py"):
        shutil.copy(revision, workshop.application / "migrations" / "versions")
    add_feature(package / "application.py")


def add_feature(factory: Path) -> None:
    """Write the two lines that turn a feature on: its import, and its name in the list.

    :raises Trouble: When the factory is not as ``stack new`` writes it.
    """
    lines = factory.read_text("utf-8").splitlines()
    imports = [index for index, line in enumerate(lines) if line.startswith("from .")]
    lists = [index for index, line in enumerate(lines) if FEATURES.fullmatch(line)]
    if not imports or len(lists) != 1:
        raise Trouble(f"'{factory}' has no list of features to add the flights to.")
    lines[lists[0]] = lines[lists[0]].removesuffix(")").removesuffix(",") + ", flights)"
    later = [index for index in imports if lines[index] > IMPORT]
    lines.insert(later[0] if later else imports[-1] + 1, IMPORT)
    factory.write_text("\n".join(lines) + "\n", "utf-8")


def migrate(workshop: Workshop) -> None:
    """Give the application's database its tables."""
    flask = workshop.program("flask")
    workshop.run(
        "The database cannot be migrated", flask, "db", "upgrade", cwd=workshop.application
    )


def load(workshop: Workshop, archive: Path, sample: int | None) -> None:
    """Load the flights."""
    command = [workshop.program("flask"), "flights", "load", f"--archive={archive}"]
    command += [f"--limit={sample}"] if sample else []
    workshop.run("The flights cannot be loaded", *command, cwd=workshop.application, show=True)
