"""The indexes that are made from the catalogue, one version at a time."""
