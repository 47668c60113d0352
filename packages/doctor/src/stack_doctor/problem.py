"""What keeps the doctor from judging."""

from __future__ import annotations


class DoctorError(ValueError):
    """The doctor cannot judge; the text says why and what to do. The exit status is 2."""
