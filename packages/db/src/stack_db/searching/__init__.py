"""The indexes of searchable columns: which there should be, and making them on each database."""
