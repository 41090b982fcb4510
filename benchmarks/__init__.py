"""Speed and memory, measured by real flows over HTTP against a real server. `python -m benchmarks --help`."""
