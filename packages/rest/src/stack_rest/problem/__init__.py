"""How problems are answered: as JSON, each with a type that has an address."""
