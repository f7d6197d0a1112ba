"""Which resource of an API takes a request, by its head alone."""
