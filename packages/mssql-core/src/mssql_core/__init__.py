"""The Django backend for Microsoft SQL Server. Importing the package changes nothing."""
