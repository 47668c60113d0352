"""What HTTP itself asks for: media types, entity tags, limits, keys, origins, schemes."""
