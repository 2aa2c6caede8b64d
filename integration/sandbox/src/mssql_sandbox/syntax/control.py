"""Variables, control flow, transactions, EXEC, SET and the rest of a batch."""

from typing import Callable

from ..errors import NotSupported, SqlServerError
from . import nodes
from .base import RESERVED
from .cursors import CursorStatements
from .lexer import Token

_ISOLATION = (
    ("READ", "UNCOMMITTED"), ("READ", "COMMITTED"), ("REPEATABLE", "READ"), ("SNAPSHOT",), ("SERIALIZABLE",),
)  # fmt: skip
# Statements that the sandbox does not support.
_UNSUPPORTED = frozenset(
    """BACKUP RESTORE SHUTDOWN REVERT BULK READTEXT WRITETEXT UPDATETEXT SETUSER LINENO DUMP
    LOAD ADD""".split()
)


# https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql
_OPTIONS = frozenset(
    """ANSI_DEFAULTS ANSI_NULL_DFLT_OFF ANSI_NULL_DFLT_ON ANSI_NULLS ANSI_PADDING ANSI_WARNINGS ARITHABORT ARITHIGNORE
    CONCAT_NULL_YIELDS_NULL CONTEXT_INFO CURSOR_CLOSE_ON_COMMIT DATEFIRST DATEFORMAT DEADLOCK_PRIORITY ERRLVL
    FIPS_FLAGGER FMTONLY FORCEPLAN IMPLICIT_TRANSACTIONS LANGUAGE LOCK_TIMEOUT NO_BROWSETABLE NOCOUNT NOEXEC
    NUMERIC_ROUNDABORT OFFSETS PARSEONLY QUERY_GOVERNOR_COST_LIMIT QUOTED_IDENTIFIER REMOTE_PROC_TRANSACTIONS
    RESULT_SET_CACHING ROWCOUNT SHOWPLAN_ALL SHOWPLAN_TEXT SHOWPLAN_XML TEXTSIZE XACT_ABORT""".split()
)


class Statements(CursorStatements):
    # ---- blocks

    def statements_until(self, *ends: str) -> list[nodes.Statement]:
        statements: list[nodes.Statement] = []
        while True:
            while self.accept(";"):
                pass
            if self.token.kind == "end" or self.token.key in ends:
                return statements
            if statements:
                self._check_separator()
            statements.append(self.statement())

    def _check_separator(self) -> None:
        """Require the previous statement's semicolon before WITH and THROW."""
        if self.tokens[self.at - 1].key in (";", "RETURN"):
            return
        if self.token.key == "THROW":
            raise SqlServerError(102, near=self.token.text, line=self.token.line)
        after = self.ahead(2)
        if self.token.key == "WITH" and self.ahead().kind in ("word", "name") and after.key in ("AS", "("):
            raise SqlServerError(319, line=self.token.line)

    def statement(self) -> nodes.Statement:
        line = self.token.line
        statement = self._statement(self.token)
        statement.line = statement.line or line
        return statement

    def _statement(self, token: Token) -> nodes.Statement:
        if token.kind == "word":
            handler = _STATEMENTS.get(token.key)
            if handler is not None:
                return handler(self)
            if token.key in ("ENABLE", "DISABLE") and self.ahead().key == "TRIGGER":
                return self.switch_trigger()
            if self.ahead().key == ":":
                self.advance()
                self.advance()
                return nodes.Label(token.text)
            if token.key in _UNSUPPORTED:
                raise NotSupported(f"the statement {token.text}", token.line)
        if token.key == "(" and self._opens_query():
            return self.select_statement()
        if self.at == 0 and self.sees_name():
            return self._procedure_call(token)
        if self.at and self.tokens[self.at - 1].key == "THROW":
            raise self.refusal()  # THROW was read as an alias
        raise self.error(plain=token.key == "END")

    def _begin(self) -> nodes.Statement:
        token = self.advance()
        if self.token.key in ("TRAN", "TRANSACTION"):
            self.advance()
            statement = nodes.BeginTransaction(self._transaction_name())
            if self.accept("WITH", "MARK"):
                statement.marked = True
                if self.token.kind in ("string", "nstring", "variable"):
                    self.advance()
            return statement
        if self.token.key == "DISTRIBUTED":
            raise NotSupported("BEGIN DISTRIBUTED TRANSACTION", token.line)
        if self.accept("TRY"):
            body = self.statements_until("END")
            if not body:
                raise self.error(self.ahead())
            self.expect("END", "TRY")
            self.accept(";")
            self.expect("BEGIN", "CATCH")
            handler = self.statements_until("END")
            self.expect("END", "CATCH")
            return nodes.TryCatch(body, handler)
        statements = self.statements_until("END")
        if not statements:
            raise self.error(plain=True)
        self.expect("END")
        return nodes.Block(statements)

    def _if(self) -> nodes.If:
        self.advance()
        condition = self.predicate()
        statement = nodes.If(condition, self.statement())
        position = self.at
        self.accept(";")
        if self.accept("ELSE"):
            statement.otherwise = self.statement()
        else:
            self.back_to(position)
        return statement

    def _while(self) -> nodes.While:
        self.advance()
        return nodes.While(self.predicate(), self.statement())

    def _break(self) -> nodes.Break:
        return self.mark(nodes.Break(), self.advance())

    def _continue(self) -> nodes.Continue:
        return self.mark(nodes.Continue(), self.advance())

    def _goto(self) -> nodes.Goto:
        self.advance()
        return nodes.Goto(self.identifier())

    def _return(self) -> nodes.Return:
        self.advance()
        statement = nodes.Return()
        if self._starts_value():
            statement.value = self.expression()
        return statement

    def _starts_value(self) -> bool:
        """Whether a value follows RETURN or THROW: a token that begins no statement."""
        return self.token.kind != "end" and self.token.key not in (";", ")") and not self._at_statement()

    # ---- variables

    def _declare(self) -> nodes.Statement:
        token = self.advance()
        if self.token.kind != "variable":
            return self.declare_cursor(token)
        if self.ahead().key == "TABLE" or (self.ahead().key == "AS" and self.ahead(2).key == "TABLE"):
            statement = nodes.DeclareTable(self.advance().text.lower(), [])
            self.accept("AS")
            self.expect("TABLE", "(")
            self._table_elements(statement)
            self.expect(")")
            return statement
        return nodes.Declare(self.comma_list(self._declare_item))

    def _declare_item(self) -> nodes.DeclareItem:
        token = self.token
        if token.kind != "variable":
            raise self.error()
        name = self.advance().text.lower()
        self.accept("AS")
        if self.token.key == "TABLE":
            raise NotSupported("several declarations with a table variable", token.line)
        if self.accept("CURSOR"):
            return self.mark(nodes.DeclareItem(name, nodes.TypeName("cursor")), token)
        item = self.mark(nodes.DeclareItem(name, self.type_name()), token)
        if self.accept("="):
            item.value = self.expression()
        return item

    # ---- SET

    def _set(self) -> nodes.Statement:
        token = self.advance()
        if self.token.kind == "variable":
            name = self.advance().text.lower()
            operator = self._assignment_operator()
            if self.token.key == "CURSOR":
                return nodes.SetVariable(name, self.cursor_value(), operator)
            return nodes.SetVariable(name, self.expression(), operator)
        if self.accept("TRANSACTION", "ISOLATION", "LEVEL"):
            for words in _ISOLATION:
                if self.accept(*words):
                    return nodes.SetIsolation(" ".join(words))
            raise self.error()
        if self.accept("TRANSACTION"):
            raise self.error()
        if self.accept("IDENTITY_INSERT"):
            table = self.name()
            word = self.accept_one("ON", "OFF")
            if word is None:
                raise self.error()
            return nodes.SetIdentityInsert(table, word == "ON")
        names = self._statistics_names() or self.comma_list(self._option_name)
        known = names[0] in _OPTIONS or names[0] in RESERVED or names[0].startswith("STATISTICS")
        if not known and self.token.kind not in ("end", "op"):
            raise SqlServerError(195, name=names[0], kind="SET option", line=token.line)
        return nodes.SetOption(names, self._option_value(names[-1]))

    def _option_name(self) -> str:
        if self.token.kind != "word":
            raise self.error()
        return self.advance().key

    def _statistics_names(self) -> list[str]:
        """SET STATISTICS IO, TIME ON"""
        if not self.accept("STATISTICS"):
            return []
        return [f"STATISTICS {name}" for name in self.comma_list(self._option_name)]

    def _option_value(self, name: str) -> str:
        """The value as text. :raises SqlServerError: 102 for a kind that the option does not allow.

        Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator session-options.md.
        """
        sign = self.advance().text if self.token.key in ("-", "+") else ""
        if self.token.kind in ("end", "op"):
            raise self.error()
        too_large = self.token.kind == "int" and int(self.token.text) > 2**31 - 1
        if name == "LOCK_TIMEOUT" and (self.token.kind != "int" or too_large):
            raise SqlServerError(102, near=name, state=3, line=self.token.line)
        if name == "TEXTSIZE" and self.token.kind == "variable":
            raise self.refusal()
        if name in ("ROWCOUNT", "TEXTSIZE") and (self.token.kind in ("decimal", "float") or too_large):
            raise SqlServerError(1080, value=self.token.text, line=self.token.line)
        return sign + self.advance().text

    # ---- transactions

    def _transaction_name(self) -> str | None:
        if self.token.kind == "variable":
            return self.advance().text.lower()
        # THROW is not reserved: ROLLBACK TRANSACTION THROW names a transaction.
        if self.sees_name():
            return self.advance().text
        return None

    def _commit_or_rollback(self) -> nodes.Statement:
        kind = nodes.CommitTransaction if self.advance().key == "COMMIT" else nodes.RollbackTransaction
        if self.accept_one("TRAN", "TRANSACTION"):
            return kind(self._transaction_name())
        self.accept("WORK")
        return kind()

    def _save(self) -> nodes.SaveTransaction:
        self.advance()
        if not self.accept_one("TRAN", "TRANSACTION"):
            raise self.error()
        name = self._transaction_name()
        if name is None:
            raise self.error()
        return nodes.SaveTransaction(name)

    # ---- EXEC

    def execute(self) -> nodes.Execute:
        token = self.advance()
        if self.accept("("):
            text = self.expression()
            self.expect(")")
            if self.token.key in ("AT", "AS") or self.sees("WITH", "RESULT"):
                raise NotSupported(f"EXEC (...) {self.token.text}", token.line)
            return self.mark(nodes.Execute(None, text=text), token)
        if self.token.key == "AS":
            raise NotSupported("EXECUTE AS", token.line)
        result = None
        if self.token.kind == "variable":
            result = self.advance().text.lower()
            if not self.accept("="):
                return self._call_arguments(self.mark(nodes.Execute(None, procedure_variable=result), token))
        statement = self._procedure_call(token)
        statement.result = result
        return statement

    def _procedure_call(self, token: Token) -> nodes.Execute:
        if self.token.kind == "variable":
            return self._call_arguments(
                self.mark(nodes.Execute(None, procedure_variable=self.advance().text.lower()), token)
            )
        return self._call_arguments(self.mark(nodes.Execute(self.name()), token))

    def _call_arguments(self, statement: nodes.Execute) -> nodes.Execute:
        if self.token.kind != "end" and self.token.key != ";" and not self._at_statement():
            statement.arguments = self.comma_list(self._execute_argument)
        if self.accept("WITH", "RECOMPILE"):  # plans are not kept
            return statement
        if self.token.key == "WITH" and self.ahead().key == "RESULT":
            raise NotSupported("EXEC ... WITH RESULT SETS", statement.line)
        return statement

    def _at_statement(self) -> bool:
        return self.token.kind == "word" and (
            self.token.key in _STATEMENTS or self.token.key in ("END", "ELSE", "WITH")
        )

    def _execute_argument(self) -> nodes.ExecuteArgument:
        token = self.token
        name = None
        if token.kind == "variable" and self.ahead().key == "=":
            name = self.advance().text.lower()
            self.advance()
        argument = self.mark(nodes.ExecuteArgument(self._argument_value(), name), token)
        argument.output = bool(self.accept_one("OUTPUT", "OUT"))
        return argument

    def _argument_value(self) -> nodes.Expression:
        token = self.token
        if token.key == "DEFAULT":
            return self.mark(nodes.DefaultValue(), self.advance())
        if token.key in ("-", "+"):
            return self._unary()
        if token.kind == "word" and token.key in RESERVED and token.key != "NULL":
            raise self.error()
        if token.kind in ("word", "name") and token.key != "NULL":
            self.advance()
            return self.mark(nodes.Literal("nstring", token.text), token)
        return self._primary()

    # ---- messages and others

    def _print(self) -> nodes.Print:
        self.advance()
        return nodes.Print(self.expression())

    def _throw(self) -> nodes.Throw:
        self.advance()
        if not self._starts_value():
            return nodes.Throw()
        number = self.expression()
        self._throw_comma()
        message = self.expression()
        self._throw_comma()
        return nodes.Throw(number, message, self.expression())

    def _throw_comma(self) -> None:
        if not self.accept(","):
            raise self.refusal()

    def _raiserror(self) -> nodes.RaiseError:
        self.advance()
        self.expect("(")
        values = self.comma_list(self.expression)
        self.expect(")")
        if len(values) < 3:
            raise self.error(self.tokens[self.at - 1])
        message, severity, state, *arguments = values
        statement = nodes.RaiseError(message, severity, state, arguments)
        if self.accept("WITH"):
            statement.options = self.comma_list(lambda: self.advance().key)
        return statement

    def _use(self) -> nodes.Use:
        self.advance()
        return nodes.Use(self.identifier())

    def _server_command(self) -> nodes.ServerCommand:
        token = self.advance()
        statement = nodes.ServerCommand(token.key)
        if token.key == "KILL":
            if self.token.kind != "int":
                raise NotSupported("KILL of anything but a session's number", token.line)
            statement.session = int(self.advance().text)
        if token.key == "RECONFIGURE":
            self.accept("WITH", "OVERRIDE")
        if self.token.key == "WITH" or self.token.kind == "int":
            raise NotSupported(f"{token.key} with options", token.line)
        return statement

    def _waitfor(self) -> nodes.WaitFor:
        token = self.advance()
        kind = self.accept_one("DELAY", "TIME")
        if kind is None:
            raise NotSupported("WAITFOR (statement)", token.line)
        return nodes.WaitFor(kind, self._primary())

    def _dbcc(self) -> nodes.Dbcc:
        self.advance()
        statement = nodes.Dbcc(self.advance().key, [])
        if self.accept("("):
            while not self.accept(")"):
                if self.token.kind == "end":
                    raise self.error()
                sign = self.advance().text if self.token.key in ("-", "+") else ""
                statement.arguments.append(sign + self.advance().text)
                while self.accept("."):
                    statement.arguments[-1] += "." + self.advance().text
                self.accept(",")
        if self.accept("WITH"):
            statement.options = self.comma_list(lambda: self.advance().key)
        return statement

    def _permission(self) -> nodes.CreatePrincipal:
        start = self.at
        self.advance()
        return self.principal(start)


_STATEMENTS: dict[str, Callable[[Statements], nodes.Statement]] = {
    "SELECT": Statements.select_statement,
    "INSERT": Statements.insert,
    "UPDATE": Statements.update,
    "DELETE": Statements.delete,
    "MERGE": Statements.merge,
    "WITH": Statements.with_statement,
    "TRUNCATE": Statements.truncate,
    "CREATE": Statements.create,
    "ALTER": Statements.alter,
    "DROP": Statements.drop,
    "BEGIN": Statements._begin,
    "IF": Statements._if,
    "WHILE": Statements._while,
    "GOTO": Statements._goto,
    "BREAK": Statements._break,
    "CONTINUE": Statements._continue,
    "RETURN": Statements._return,
    "DECLARE": Statements._declare,
    "OPEN": Statements.cursor_command,
    "FETCH": Statements.cursor_command,
    "CLOSE": Statements.cursor_command,
    "DEALLOCATE": Statements.cursor_command,
    "SET": Statements._set,
    "COMMIT": Statements._commit_or_rollback,
    "ROLLBACK": Statements._commit_or_rollback,
    "SAVE": Statements._save,
    "EXEC": Statements.execute,
    "EXECUTE": Statements.execute,
    "PRINT": Statements._print,
    "THROW": Statements._throw,
    "RAISERROR": Statements._raiserror,
    "USE": Statements._use,
    "CHECKPOINT": Statements._server_command,
    "KILL": Statements._server_command,
    "RECONFIGURE": Statements._server_command,
    "WAITFOR": Statements._waitfor,
    "DBCC": Statements._dbcc,
    "GRANT": Statements._permission,
    "REVOKE": Statements._permission,
    "DENY": Statements._permission,
}
