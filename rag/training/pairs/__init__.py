"""Training pairs of the small reader: a question, a sentence in its context, does it answer?"""
