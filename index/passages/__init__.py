"""Texts to sentences, and these to passages."""
