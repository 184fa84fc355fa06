"""The rows of the fault matrix: a module fNN_words each, with its TITLE and `run(setting)`."""
