"""The world outside, each part with a twin in memory that tests use."""
