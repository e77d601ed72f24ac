"""What is stored: the catalogue, and what keeps it whole."""
