"""The one error of ``stack new`` and ``stack new-extension``."""


class RefusalError(Exception):
    """Something cannot be made. Its text says why and what to do; nothing was written."""
