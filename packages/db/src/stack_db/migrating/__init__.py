"""Migrations of an application and of its extensions, imported by ``flask db`` alone."""
