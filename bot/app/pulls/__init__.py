"""A pull request from webhook to check run: use cases on ports."""
