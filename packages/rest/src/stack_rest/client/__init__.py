"""Programs that call the interface, made of its document."""
