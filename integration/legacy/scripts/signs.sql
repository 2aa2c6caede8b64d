-- Names with every sign that a name may have, of tables, columns, schemas, keys and indexes.
CREATE DATABASE signs
GO
USE signs
GO
CREATE SCHEMA [my.schema]
GO
CREATE SCHEMA [50% ]]off]]]
GO
CREATE TABLE [a]]b] (id int IDENTITY(1, 1) PRIMARY KEY, [c]]d] nvarchar(20) NULL)
CREATE TABLE [it's] (id int PRIMARY KEY, [it's] nvarchar(20) NULL, [a]]b_id] int NULL REFERENCES [a]]b] (id))
CREATE TABLE ["quoted"] (["id"] int PRIMARY KEY, [say "hi"] nvarchar(20) NULL)
CREATE TABLE [100%] ([%] int PRIMARY KEY, [%s] nvarchar(20) NULL, [%(name)s] nvarchar(20) NULL, [%%] int NULL)
CREATE TABLE [%s] (id int PRIMARY KEY, [a %d b] int NULL)
CREATE TABLE [back\slash] ([back\slash] int PRIMARY KEY, [end\] nvarchar(20) NULL)
CREATE TABLE [größe 日本] ([größe] int PRIMARY KEY, [値段] decimal(9, 2) NULL, [naïve²] int NULL, [ﬁsh] int NULL)
CREATE TABLE [日本] (id int PRIMARY KEY, [😀] nvarchar(20) NULL)
CREATE TABLE [!?] (id int PRIMARY KEY, [!] int NULL, [?] int NULL)
CREATE TABLE [1st] ([1st] int PRIMARY KEY, [2] int NULL)
CREATE TABLE [class] ([class] int PRIMARY KEY, [import] int NULL, [None] int NULL, [lambda] int NULL)
CREATE TABLE [None] ([pk] int PRIMARY KEY, [objects] int NULL, [save] int NULL, [check] int NULL, [models] int NULL, [delete] int NULL, [meta] int NULL)
CREATE TABLE [a.b.c] ([a.b] int PRIMARY KEY, [.] nvarchar(20) NULL)
CREATE TABLE [order] ([select] int PRIMARY KEY, [from] nvarchar(20) NULL, [a b] int NULL, [a_b] int NULL, [A-B] int NULL, [__x__y__] int NULL, [_] int NULL)
CREATE TABLE [Order Lines] (id int PRIMARY KEY, [x] int NULL)
CREATE TABLE [OrderLines] (id int PRIMARY KEY, [x] int NULL)
CREATE TABLE [order-lines] (id int PRIMARY KEY, [x] int NULL)
CREATE TABLE [semi;--] (id int PRIMARY KEY, [/*] int NULL, [*/] int NULL, [--] int NULL)
CREATE TABLE [{curly}] (id int PRIMARY KEY, [{0}] int NULL, [$] int NULL, [@x] int NULL, [#y] int NULL)
CREATE TABLE [ leading] ([ id] int PRIMARY KEY, [	tab] int NULL)
CREATE TABLE [trailing ] ([id ] int PRIMARY KEY, [value ] nvarchar(20) NULL)
CREATE TABLE [my.schema].[a.b] (id int PRIMARY KEY, [x.y] int NULL, [its] int NULL REFERENCES [it's] (id))
CREATE TABLE [my.schema].[100%] ([a]]] int NOT NULL, [b"] int NOT NULL, [c'] nvarchar(20) NULL, CONSTRAINT [p%k] PRIMARY KEY ([a]]], [b"]))
CREATE TABLE [50% ]]off]]].[a]].[b] ([a]].[b] int PRIMARY KEY, ["a"."b"] nvarchar(20) NULL, [[x]]] int NULL)
CREATE TABLE [the name of a table may be as long as one hundred and twenty-eight signs, of which this is an example that ends here and now....] (
    [the name of a column may be as long as one hundred and twenty-eight signs, of which this is an example that ends here and now..] int PRIMARY KEY, [x] int NULL)
GO
CREATE VIEW [view %s] AS SELECT [%], [%s] AS [it's %s] FROM [100%]
GO
CREATE SYNONYM [syn]]onym] FOR [my.schema].[100%]
GO
INSERT [a]]b] ([c]]d]) VALUES (N'x'), (NULL)
INSERT [it's] VALUES (1, N'it''s', 1), (2, NULL, NULL)
INSERT ["quoted"] VALUES (1, N'"'), (2, NULL)
INSERT [100%] VALUES (1, N'%s', N'%(name)s', 100), (2, NULL, NULL, NULL)
INSERT [%s] VALUES (1, 5)
INSERT [back\slash] VALUES (1, N'a\b')
INSERT [größe 日本] VALUES (1, 9.99, 4, 1)
INSERT [日本] VALUES (1, N'😀')
INSERT [!?] VALUES (1, 2, 3)
INSERT [1st] VALUES (1, 2)
INSERT [class] VALUES (1, 2, 3, 4)
INSERT [None] VALUES (1, 2, 3, 4, 5, 6, 7)
INSERT [a.b.c] VALUES (1, N'.')
INSERT [order] VALUES (1, N'a', 2, 3, 4, 5, 6)
INSERT [Order Lines] VALUES (1, 1)
INSERT [OrderLines] VALUES (1, 2)
INSERT [order-lines] VALUES (1, 3)
INSERT [semi;--] VALUES (1, 2, 3, 4)
INSERT [{curly}] VALUES (1, 2, 3, 4, 5)
INSERT [ leading] VALUES (1, 2)
INSERT [trailing ] VALUES (1, N'x ')
INSERT [my.schema].[a.b] VALUES (1, 2, 1)
INSERT [my.schema].[100%] VALUES (1, 2, N'''')
INSERT [50% ]]off]]].[a]].[b] VALUES (1, N'"', 2)
INSERT [the name of a table may be as long as one hundred and twenty-eight signs, of which this is an example that ends here and now....] VALUES (1, 2)
GO
