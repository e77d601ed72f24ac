"""One question of a published data set asked and judged, a module each, by the set's own rules."""
