"""The index of strangers: the most used extensions of others, judged by the conformance kit."""
