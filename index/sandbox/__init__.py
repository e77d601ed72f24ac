"""The limited process in which files are read."""
