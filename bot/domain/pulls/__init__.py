"""What the App decides of one pull request: values and pure functions."""
