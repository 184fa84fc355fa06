"""Every SELECT of registration, one module per subject."""
