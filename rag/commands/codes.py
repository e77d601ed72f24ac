"""What the commands exit with; other programs go by these."""

DONE, NO, WRONG_USE, FAILURE, LOCKED, INTERRUPTED = 0, 1, 2, 3, 75, 130
