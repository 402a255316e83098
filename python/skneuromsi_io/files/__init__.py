"""The verbs: one file for each thing that is done with an archive."""
