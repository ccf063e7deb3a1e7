"""The commands of the scanner, one module each; heavy imports wait inside the command."""
