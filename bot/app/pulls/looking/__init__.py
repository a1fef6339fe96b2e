"""A look at one pull request: what is known is gathered, then decided, then said."""
