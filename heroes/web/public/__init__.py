"""The public room."""
