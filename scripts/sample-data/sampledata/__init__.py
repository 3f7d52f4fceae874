"""Grammar, task generators and pre-training text behind data/mini-glue and models/tiny-bert."""
