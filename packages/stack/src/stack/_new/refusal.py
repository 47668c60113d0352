"""The one error of ``stack new``."""


class RefusalError(Exception):
    """Something cannot be made. Its text says why and what to do; nothing was written."""
