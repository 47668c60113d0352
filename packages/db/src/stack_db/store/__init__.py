"""Stores of mapped classes."""
