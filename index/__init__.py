"""Documents in, ranked passages out. Knows no answers, no LLMs and no HTTP."""
