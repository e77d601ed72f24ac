"""Which files of a folder are taken, and what became of them since the last run."""
