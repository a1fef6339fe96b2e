"""The type of every name in the store. Migrations rely on it: it is never changed.

Names are compared byte by byte on every database. PostgreSQL would sort them as the
language of the server does, and an index in such an order breaks when an upgrade of
the system changes the language's rules.
"""

from sqlalchemy import String

NAME = String().with_variant(String(collation="C"), "postgresql")
"""Text without a limit, in the order of its UTF-8 bytes."""
