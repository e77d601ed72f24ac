"""Fits the numbers that the package ships; run by ``make train``, never by a user."""
