"""koop-es: what an admin program reports is an observation, what says something new is an event, the rest is a fold."""

__version__ = "0.1.0"
