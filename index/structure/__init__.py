"""How a text is made up: headings, dated items, turns of talk, leftovers of web pages."""
