"""Runs the matrix of versions: ``nox -s matrix``."""
