"""Releases of the packages, each with its own version: ``python tooling/release.py plan``.

    plan      the wave that is due; changes nothing
    apply     makes it: versions, ranges, changelogs, the record, one commit, tags
    tags      makes the tags of the record that this clone lacks
    verify    makes every release again, installs and uses them, and flips
    flip      the tests of released packages on today's siblings, and the reverse
    upgrade   the demo with its data, from the released packages to today's

docs/releasing.md says when and why.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from launch import guarded
from releasing.apply import apply, check_clean
from releasing.flip import Flip
from releasing.index import FOLDER, Index
from releasing.record import read_releases
from releasing.tags import make_tags
from releasing.upgrade import SAMPLE, upgrade
from releasing.verification import verify
from releasing.wave import Wave, list_ranges, plan
from workspace import ROOT

Act = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str]) -> int:
    """Do what is asked; the exit code."""
    options = _parser().parse_args(argv)
    code: int = guarded(lambda: options.act(options))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="release.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    acts = parser.add_subparsers(required=True, metavar="COMMAND")
    plan_ = _add(acts, "plan", _plan, "show the wave that is due")
    apply_ = _add(acts, "apply", _apply, "make it")
    for each in (plan_, apply_):
        each.add_argument("packages", nargs="*", help="what to release; all that is due without")
    apply_.add_argument(
        "--date", type=_date, default=dt.date.today(), help="YYYY-MM-DD; today without"
    )
    _add(acts, "tags", _tags, "make the tags that this clone lacks")
    verify_ = _add(acts, "verify", _verify, "prove all releases")
    flip_ = _add(acts, "flip", _flip, "try released and today's packages together")
    flip_.add_argument("packages", nargs="*", help="the packages that ask; all without")
    for each in (verify_, flip_):
        each.add_argument("--full", action="store_true", help="two minors, with the slow tests")
    upgrade_ = _add(acts, "upgrade", _upgrade, "upgrade the demo with its data")
    upgrade_.add_argument("--sample", type=int, default=SAMPLE, help=f"flights ({SAMPLE})")
    for each in (plan_, flip_):
        each.add_argument("--format", choices=("text", "json"), default="text")
    for each in (verify_, flip_):
        each.add_argument("--index", type=Path, default=FOLDER, help="the folder index")
    return parser


def _add(
    acts: argparse._SubParsersAction[argparse.ArgumentParser], name: str, act: Act, text: str
) -> argparse.ArgumentParser:
    made = acts.add_parser(name, help=text, description=text.capitalize())
    made.set_defaults(act=act)
    return made


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no date: write it as {dt.date.today()}."
        ) from None


def _plan(options: argparse.Namespace) -> int:
    wave = plan(options.packages)
    print(json.dumps(wave.describe(), indent=2) if options.format == "json" else _show(wave))
    return 0


def _show(wave: Wave) -> str:
    lines = ["Nothing is due."]
    if wave.steps:
        lines = [f"A wave of {len(wave.steps)}, in this order:"]
    for step in wave.steps:
        kinds = Counter(kind for kind, _ in step.told)
        told = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
        since = f"{step.bump} after {step.package.project['version']}"
        reason = "first release" if step.bump == "first" else since
        lines.append(f"  {step.package.distribution:14} {step.version!s:8} {reason}: {told}")
        lines += [f"{'':17}asks for {list_ranges(step.ranges)}"] if step.ranges else []
    for package, ranges in wave.moves:
        name = package.distribution
        lines.append(f"{name} is not released, and asks from then on for {list_ranges(ranges)}.")
    return "\n".join([*lines, *filter(None, [wave.waits])])


def _apply(options: argparse.Namespace) -> int:
    check_clean()
    wave = plan(options.packages)
    print(_show(wave))
    for release in apply(wave, str(options.date)):
        print(f"Tagged {release.tag}")
    return 0


def _tags(options: argparse.Namespace) -> int:
    made = make_tags(read_releases())
    print("\n".join(f"Tagged {release.tag}" for release in made) or "Every release has its tag.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    return verify(Index(options.index), full=options.full)


def _flip(options: argparse.Namespace) -> int:
    flip = Flip(Index(options.index), minors=2 if options.full else 1, slow=options.full)
    cells = []
    for cell in flip.run(options.packages):
        cells.append(cell)
        if options.format == "text":
            print(cell, flush=True)
    if options.format == "json":
        print(json.dumps([vars(cell) for cell in cells], indent=2))
    elif not cells:
        print("There is nothing to flip: nothing is released that differs from today's packages.")
    return int(any(cell.outcome == "failed" for cell in cells))


def _upgrade(options: argparse.Namespace) -> int:
    return upgrade(ROOT, options.sample)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
