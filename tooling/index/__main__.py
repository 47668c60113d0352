"""``python tooling/index`` judges the extensions of the index again, and renders the page.

Names of distributions renew only those. ``--page`` renders what is there and judges nothing.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.entry import Entry, read_strangers
from index.environment import NotJudged, build_kit, conform, install
from index.outcome import Judgement, Results, keep, read_results, refuse, write_results
from index.page import find_missing, write_page  # a folder is run, not a module

AT_ONCE = 2


def judge(entry: Entry, kit: Iterable[Path], place: Path, until: str) -> Judgement:
    """Judge one extension in an environment of its own, which is then removed."""
    try:
        return keep(entry, conform(entry, install(entry, kit, place, until)))
    except NotJudged as error:
        return refuse(entry, str(error))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def judge_all(
    entries: Iterable[Entry], judging: Callable[[Entry], Judgement]
) -> dict[str, Judgement]:
    """Judge extensions, two at a time, and print each verdict when it is there."""
    found = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for judgement in pool.map(judging, entries):
            reds = ", ".join(judgement.reds()) or judgement.reason
            print(f"{judgement.verdict:17} {judgement.distribution}: {reds}", flush=True)
            found[judgement.distribution] = judgement
    return found


def main() -> int:
    """Judge, keep and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="DISTRIBUTION", help="renew only these")
    parser.add_argument("--page", action="store_true", help="render only")
    given = parser.parse_args()
    strangers, results, began = read_strangers(), read_results(), time.monotonic()
    listed = {each.distribution for each in strangers.extension}
    judged = {name: each for name, each in results.judged.items() if name in listed}
    if not given.page:
        try:
            chosen = strangers.choose(given.names)
        except ValueError as error:
            print(f"Error: {error}", file=sys.stderr)
            return 2
        with tempfile.TemporaryDirectory(prefix="index-") as folder:
            kit = build_kit(Path(folder) / "wheels")
            judging = partial(_judge_in, kit=kit, folder=Path(folder), until=strangers.until)
            judged |= judge_all(chosen, judging)
        print(f"{len(chosen)} judged in {time.monotonic() - began:.0f} s")
    results = Results(results.schema, judged)
    write_results(results)
    write_page(strangers, results)
    missing = list(find_missing(strangers, results))
    for each in missing:
        print(each, file=sys.stderr)
    return bool(missing)


def _judge_in(entry: Entry, *, kit: Iterable[Path], folder: Path, until: str) -> Judgement:
    return judge(entry, kit, folder / entry.distribution, until)


if __name__ == "__main__":
    raise SystemExit(main())
