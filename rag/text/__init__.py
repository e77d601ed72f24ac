"""Words, numbers, dates and names in English text. Pure rules."""
