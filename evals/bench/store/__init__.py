"""The store at size."""
