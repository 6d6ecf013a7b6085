"""The box around the engine: data directory, store, people, keys, clockwork and command line."""

__version__ = "0.1.0"
