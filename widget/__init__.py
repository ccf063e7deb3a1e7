"""The script that sites embed, as built from ``src/`` by esbuild."""
