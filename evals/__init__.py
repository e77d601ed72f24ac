"""Eval sets, metrics and reports."""
