"""Querysets as T-SQL: the five SQL compilers of Django, and the parts that they are made of."""
