"""Eval sets and published data sets, one module each, in their own published formats.

Every loader takes a path and raises EvalError, which names the file, the place and what is
wrong there. Fields that are not known are ignored.
"""
