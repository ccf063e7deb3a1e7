"""The commands of the consent server, one module each; heavy imports wait inside the command."""
