"""Every sentence, table and picture model that Seedgate shows; pure."""
