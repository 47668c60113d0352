"""Whatever has a store as operations."""
