"""Whether the store holds what was written: seals over the log, and a check of everything."""
