"""System checks, and the examinations of mssql_doctor."""
