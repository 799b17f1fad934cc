"""Pages of the outcomes: adoption cases, introductions, public statistics."""
