"""Runs pytest on small projects."""

from projects import Run, run

__all__ = ["Run", "run"]
