"""What stands between a user and an answer: `checks` are made in order, `finding` is what each gives."""
