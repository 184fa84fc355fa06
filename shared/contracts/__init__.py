"""The events of Plenary, one module per publisher: the only thing services share about each other."""
