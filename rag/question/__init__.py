"""What a question asks for, by rules: no model, no documents."""
