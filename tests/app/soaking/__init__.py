"""A soak: people, bad luck and kills at random, then everything has to be right."""
