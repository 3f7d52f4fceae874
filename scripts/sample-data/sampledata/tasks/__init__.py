"""One generator per GLUE task: each yields `Row`s with a clean label."""
