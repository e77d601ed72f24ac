"""Fits the numbers that the package ships. Run by ``make train``; nothing here is used at run time."""
