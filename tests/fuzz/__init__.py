"""Each reader of files, given files that were changed at random in ways that reach its code."""

SECONDS = 10  # for one file, on the clock; the worker has 30
SIZE = 150_000  # bytes of a file at most
MAP = SIZE + 8  # bytes that hold a file, its length before it
