"""The pages for people, at /admin: who may see what, and what each page shows."""
