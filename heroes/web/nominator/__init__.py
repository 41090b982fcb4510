"""The nominator room."""
