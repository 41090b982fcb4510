"""heroes: an awards platform."""

__version__ = "0.1.0"
