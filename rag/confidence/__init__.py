"""The chance that is stated for an answer, and when there is none."""
