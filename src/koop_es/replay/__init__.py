"""History read back: what happened and why."""
