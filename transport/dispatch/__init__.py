"""Which vehicle carries whom and when: the solver, and later the rooms that ask it."""
