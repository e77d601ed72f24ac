"""What becomes of the files of a folder, checked by other ways than the readers'."""
