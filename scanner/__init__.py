"""Finds out which cookies a site sets, for how long, by whom and what for; keeps the catalogue."""
