"""Django's database functions in T-SQL, by Django's own taxonomy."""
