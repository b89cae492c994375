"""A network of simulated admin programs around the real engine: for the demo, for rehearsals and for tests."""
