"""A wave that is made: one commit, tags, files that anybody can make again, and an index."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from launch import Trouble
from releasing import history
from releasing.apply import apply, check_clean
from releasing.building import attempt, uv
from releasing.environment import Environment
from releasing.index import Index, fill
from releasing.record import FILE, read_releases
from releasing.tags import make_tags
from releasing.verification import verify
from releasing.wave import plan

from .conftest import DATE, PERSON, change, release

if TYPE_CHECKING:
    from .conftest import Repository

pytestmark = pytest.mark.slow


def test_wave_is_one_commit_with_tags(repository: Repository) -> None:
    """Versions, changelogs and the record are one commit, and each release has a tag on it."""
    before = repository.git("rev-parse", "HEAD")
    core, db = release(repository)
    assert repository.git("rev-parse", "HEAD~1") == before
    assert repository.git("log", "-1", "--format=%s") == "Release core 0.1.0 and db 0.1.0"
    assert repository.git("tag").split() == ["stack-core/v0.1.0", "stack-db/v0.1.0"]
    assert repository.git("rev-parse", "stack-db/v0.1.0^{commit}:packages/db") == db.tree
    log = repository.read("packages/core/CHANGELOG.md")
    assert log == (
        f"# Changelog of stack-core\n\n## 0.1.0 – {DATE}\n\n### Added\n\n- It is there.\n"
    )
    assert repository.git("ls-files", "packages/core/changes") == "packages/core/changes/.gitkeep"
    assert read_releases(repository.root) == (core, db)
    assert repository.git("status", "--porcelain") == ""


def test_second_wave_writes_ranges(repository: Repository) -> None:
    """The next minor of core takes db along; the newest section of a changelog comes first."""
    release(repository)
    change(repository, "core", "answer = 42\n")
    release(repository, "core")
    written = repository.read("packages/db/pyproject.toml")
    assert 'version = "0.2.0"' in written
    assert '"stack-core>=0.2,<0.3",' in written
    sections = re.findall(r"^## (\S+)", repository.read("packages/db/CHANGELOG.md"), re.MULTILINE)
    assert sections == ["0.2.0", "0.1.0"]
    assert plan(root=repository.root).steps == ()


def test_dirty_checkout_is_refused(repository: Repository) -> None:
    """What no commit has would be in no release."""
    repository.write("packages/core/README.md", "New.\n")
    with pytest.raises(Trouble, match="The checkout has changes that no commit has"):
        apply(plan(root=repository.root), DATE, repository.root)


def test_failed_wave_leaves_nothing(repository: Repository) -> None:
    """A package that cannot be built leaves no commit, no tag and no change."""
    repository.git("rm", "-q", "packages/db/src/stack_db/__init__.py")
    repository.write("packages/db/src/other/__init__.py", "")
    repository.commit()
    before = repository.git("rev-parse", "HEAD")
    with pytest.raises(Trouble, match="db cannot be built"):
        apply(plan(root=repository.root), DATE, repository.root)
    assert repository.git("rev-parse", "HEAD") == before
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("tag") == ""


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from releasing import apply
from releasing.wave import plan

setattr(apply, sys.argv[3], lambda *given: os.kill(os.getpid(), signal.SIGKILL))
root = Path(sys.argv[2])
apply.apply(plan(root=root), "2026-12-01", root)
"""


def kill_wave(repository: Repository, step: str) -> None:
    """Begin a wave whose process is killed where a step would begin."""
    tooling = Path(__file__).parents[3] / "tooling"
    done = subprocess.run([sys.executable, "-c", KILLED, tooling, repository.root, step])
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("step", ["consume", "build", "write_releases"])
def test_wave_that_was_killed_is_told(repository: Repository, step: str) -> None:
    """What is left of it is told from a change of one's own, and can be dropped and made again."""
    kill_wave(repository, step)
    assert repository.git("tag") == ""
    with pytest.raises(Trouble, match="A wave was begun here and not committed") as caught:
        check_clean(repository.root)
    for command in re.findall("'git (.*?)'", str(caught.value)):
        repository.git(*command.split())
    assert len(release(repository)) == 2


def test_wave_that_was_killed_before_its_tags(repository: Repository) -> None:
    """The commit is whole, and the tags can be made later."""
    kill_wave(repository, "make_tags")
    check_clean(repository.root)
    with pytest.raises(Trouble, match="'release tags' makes them"):
        release(repository)
    assert make_tags(read_releases(repository.root), repository.root) != []
    assert repository.git("tag").split() == ["stack-core/v0.1.0", "stack-db/v0.1.0"]


def test_tags_are_made_in_a_clone(repository: Repository, tmp_path: Path) -> None:
    """Each is on the commit of its release, and one that is elsewhere is refused."""
    release(repository)
    change(repository, "core", "answer = 42\n")
    release(repository, "core")
    known = repository.git("show-ref", "--tags", "--dereference")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--no-tags", ".", str(clone))
    for key, value in PERSON.items():
        history.git("config", key, value, root=clone)
    made = make_tags(read_releases(clone), clone)
    assert len(made) == 4
    commits = [line for line in known.splitlines() if line.endswith("^{}")]
    found = history.git("show-ref", "--tags", "--dereference", root=clone).splitlines()
    assert [line for line in found if line.endswith("^{}")] == commits
    assert make_tags(made, clone) == []
    history.git("tag", "--force", "stack-core/v0.1.0", "HEAD", root=clone)
    with pytest.raises(Trouble, match=r"The tag stack-core/v0\.1\.0 is not on what was released"):
        make_tags(made, clone)


def test_taken_tag_is_refused(repository: Repository) -> None:
    """A release that was tagged elsewhere is not made a second time."""
    repository.git("tag", "stack-db/v0.1.0")
    with pytest.raises(Trouble, match=r"There is a tag stack-db/v0\.1\.0 already"):
        apply(plan(root=repository.root), DATE, repository.root)


def test_clone_without_tags_makes_all_again(
    repository: Repository, index: Index, tmp_path: Path
) -> None:
    """The branch alone is enough, through a merge and later changes: the bytes are the same."""
    repository.git("switch", "--quiet", "--create", "wave")
    first = release(repository)
    repository.git("switch", "--quiet", "main")
    repository.write("README.md", "Meanwhile.\n")
    repository.commit()
    repository.git("merge", "--quiet", "--no-edit", "wave")
    change(repository, "core", "answer = 42\n")
    second = release(repository, "core")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--no-tags", "--single-branch", ".", str(clone))
    made = fill(index, read_releases(clone), clone)
    assert made == [*first, *second]
    assert len(list(index.files.iterdir())) == 2 * len(made)
    assert fill(index, read_releases(clone), clone) == []


def test_shallow_clone_is_told_what_it_lacks(
    repository: Repository, index: Index, tmp_path: Path
) -> None:
    """The sentence has the command."""
    release(repository)
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", repository.root.as_uri(), str(clone))
    with pytest.raises(Trouble, match="run 'git fetch --unshallow'"):
        fill(index, read_releases(clone), clone)


def test_copy_without_history_is_told(
    repository: Repository, index: Index, tmp_path: Path
) -> None:
    """An archive of the sources has the record and not the history."""
    release(repository)
    (tmp_path / "copy" / "tooling").mkdir(parents=True)
    (tmp_path / "copy" / FILE).write_text(repository.read(FILE))
    with pytest.raises(Trouble, match="This is no clone of the repository"):
        fill(index, read_releases(tmp_path / "copy"), tmp_path / "copy")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wheel", "0" * 64, r"stack_core-0\.1\.0-py3-none-any\.whl is another file than the one"),
        ("tree", "0" * 40, r"No commit of this history has the content .* stack-core 0\.1\.0"),
    ],
)
def test_record_that_is_wrong_is_found(
    repository: Repository, index: Index, old: str, new: str, said: str
) -> None:
    """A file or a content that is not what was released is refused."""
    core, _ = release(repository)
    text = repository.read(FILE)
    repository.write(FILE, text.replace(getattr(core, old), new))
    with pytest.raises(Trouble, match=said):
        fill(index, read_releases(repository.root), repository.root)


def test_index_serves_uv_and_pip(repository: Repository, index: Index, tmp_path: Path) -> None:
    """Both install from the folder by name, older releases too, and check the hashes."""
    release(repository)
    change(repository, "core", "answer = 42\n")
    release(repository, "core")
    fill(index, read_releases(repository.root), repository.root)
    environment = Environment(tmp_path / "venv")
    environment.install("stack-db==0.1.0", index=index)
    environment.check()
    assert environment.verify(index.files.glob("*.whl")) == ["stack-core 0.1.0", "stack-db 0.1.0"]
    for number, option in enumerate(
        (f"--index-url={index.address}", f"--find-links={index.files}")
    ):
        target = tmp_path / f"pip-{number}"
        pip = [sys.executable, "-m", "pip"]
        if attempt(*pip, "--version").returncode:
            attempt(uv(), "pip", "install", f"--target={tmp_path / 'pip'}", "pip")
            pip = [sys.executable, str(tmp_path / "pip" / "pip")]
        done = attempt(*pip, "install", "--isolated", *["--no-index"] * number, option,
                       f"--target={target}", "stack-db")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert {path.name for path in target.glob("*.dist-info")} == {
            "stack_core-0.2.0.dist-info",
            "stack_db-0.2.0.dist-info",
        }


def test_changed_file_of_the_index_is_refused(
    repository: Repository, index: Index, tmp_path: Path
) -> None:
    """The page carries the hash, which an installer holds the file against."""
    core, _ = release(repository)
    fill(index, read_releases(repository.root), repository.root)
    with index.find(core).open("ab") as file:
        file.write(b"more")
    with pytest.raises(Trouble, match=r"stack-core==0\.1\.0 cannot be installed"):
        Environment(tmp_path / "venv").install("stack-core==0.1.0", index=index)
    assert fill(index, read_releases(repository.root), repository.root) == [core]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("stack_core-0.1.0-py3-none-any.whl", "is not what was released"),
        ("stack_core-0.1.0.tar.gz", "is not what was released"),
        ("stack_core-0.9.0-py3-none-any.whl", "is of no release"),
    ],
)
def test_verify_refuses_an_index_that_was_changed(
    repository: Repository, index: Index, name: str, said: str
) -> None:
    """Somebody may have installed from it: it is not mended without a word."""
    release(repository)
    fill(index, read_releases(repository.root), repository.root)
    index.check(read_releases(repository.root))
    with (index.files / name).open("ab") as file:
        file.write(b"more")
    with pytest.raises(Trouble, match=f"{re.escape(name)} {said}"):
        verify(index, repository.root)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["plan", "dbx"], 1, "'dbx' is no package of this repository: name some of core, db"),
        (["flip", "dbx"], 1, "'dbx' is no package of this repository"),
        (["apply", "--date", "tomorrow"], 2, "--date: 'tomorrow' is no date: write it as 2"),
    ],
)
def test_commands_say_what_is_wrong(words: list[str], code: int, said: str) -> None:
    """What is wrong is one sentence."""
    done = subprocess.run(
        [sys.executable, "tooling/release.py", *words],
        cwd=Path(__file__).parents[3], capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code
    assert said in done.stderr
