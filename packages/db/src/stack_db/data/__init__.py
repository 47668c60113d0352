"""What ``flask db`` does with the data itself: seed, dump, load and backup."""
