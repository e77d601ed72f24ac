"""Which sentences answer a question, and does any: the readers and their numbers."""
