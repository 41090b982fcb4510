"""The account room."""
