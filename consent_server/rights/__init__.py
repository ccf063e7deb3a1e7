"""Requests of visitors about their data: taken, kept, reminded of, answered, erased."""
