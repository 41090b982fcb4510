"""The organisation room."""
