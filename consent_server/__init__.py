"""Serves the banner and the declaration, keeps the decisions, answers questions about them."""
