"""The demo from its first step to the last, all of it or nothing."""

import shutil
from collections.abc import Sequence

from launch import alone, guarded

from . import application, archive, server, wheels
from .options import Options, read
from .workshop import EXTRAS, Workshop

BUSY = "Another demo is running in this checkout: stop that one first."


def main(argv: Sequence[str]) -> int:
    """Run the demo with these arguments; the exit code."""
    return guarded(lambda: _run(read(argv)))


def _run(options: Options) -> int:
    workshop = Workshop(verbose=options.verbose)
    workshop.place.cache.mkdir(parents=True, exist_ok=True)
    with alone(workshop.place.tools / "demo.lock", BUSY):
        mark = workshop.mark(options.sample)
        made = workshop.stamp.is_file() and workshop.stamp.read_text() == mark
        if made and not options.fresh:
            print("Nothing has changed since .demo was made; --fresh makes it anew.", flush=True)
        else:
            _make(workshop, options, mark)
        return server.serve(workshop, options.port) if options.serve else 0


def _make(workshop: Workshop, options: Options, mark: str) -> None:
    shutil.rmtree(workshop.folder, ignore_errors=True)
    workshop.folder.mkdir()
    try:
        _say(1, "Building the wheels")
        built = wheels.build(workshop)
        _say(2, f"Installing stack[{','.join(EXTRAS)}] from them")
        wheels.install(workshop, built, *EXTRAS)
        verified = wheels.verify(wheels.find_packages(workshop), built)
        print(f"      From these wheels, file by file: {', '.join(verified)}")
        _say(3, "Fetching the data")
        data = archive.fetch()
        _say(4, "Generating the application")
        application.generate(workshop)
        _say(5, "Migrating its database")
        application.migrate(workshop)
        _say(6, "Loading the flights")
        application.load(workshop, data, options.sample)
        workshop.stamp.write_text(mark)
    except BaseException:
        shutil.rmtree(workshop.folder, ignore_errors=True)
        raise


def _say(step: int, doing: str) -> None:
    print(f"[{step}/6] {doing}", flush=True)
