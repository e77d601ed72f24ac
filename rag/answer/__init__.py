"""What was read made into an answer, and the proof of it."""
