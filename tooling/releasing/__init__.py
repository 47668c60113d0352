"""Plans, makes and proves releases: each package has its own version, and all fit together."""
