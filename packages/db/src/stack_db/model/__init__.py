"""What a mapped class says about itself, and what everybody else makes of it."""
