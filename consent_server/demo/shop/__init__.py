"""Fjellbua, an invented Norwegian web shop, and the companies whose scripts its pages load."""
