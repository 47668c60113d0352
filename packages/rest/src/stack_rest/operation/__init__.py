"""One method at one address: what it takes and answers, and how it is run."""
