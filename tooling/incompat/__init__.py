"""Proves in real environments what the doctor knows: its rows, and whole broken environments."""
