-- Books, in the shape of Dynamics NAV and Business Central: the company's name in each table's, signs in each column's, a
-- rowversion called timestamp, keys of several columns, dates without NULL, decimals of 38 digits, sums in views with an index.
CREATE DATABASE ledger COLLATE Latin1_General_100_CI_AS
GO
USE ledger
GO
CREATE TABLE [dbo].[Hansa & Söhne GmbH_$Sales Header] (
    [timestamp] [timestamp] NOT NULL,
    [Document Type] int NOT NULL,
    [No_] nvarchar(20) NOT NULL,
    [Sell-to Customer No_] nvarchar(20) NOT NULL,
    [Bill-to Name 2] nvarchar(50) NOT NULL,
    [Posting Date] datetime NOT NULL,
    [VAT %] decimal(38, 20) NOT NULL,
    [Amount (LCY)] decimal(38, 20) NOT NULL,
    [Prices Including VAT] tinyint NOT NULL,
    [Work Description] image NULL,
    [$systemId] uniqueidentifier NOT NULL CONSTRAINT [Hansa & Söhne GmbH_$Sales Header$$systemId] DEFAULT (NEWID()),
    [$systemCreatedAt] datetime NOT NULL DEFAULT ('1753.01.01'),
    [$systemCreatedBy] uniqueidentifier NOT NULL DEFAULT ('00000000-0000-0000-0000-000000000000'),
    CONSTRAINT [Hansa & Söhne GmbH_$Sales Header$0] PRIMARY KEY CLUSTERED ([Document Type], [No_])
)
CREATE UNIQUE INDEX [Hansa & Söhne GmbH_$Sales Header$$systemId] ON [dbo].[Hansa & Söhne GmbH_$Sales Header] ([$systemId])
CREATE UNIQUE INDEX [$1] ON [dbo].[Hansa & Söhne GmbH_$Sales Header] ([Sell-to Customer No_], [Document Type], [No_])
CREATE TABLE [dbo].[Hansa & Söhne GmbH_$Sales Line] (
    [timestamp] timestamp NOT NULL,
    [Document Type] int NOT NULL,
    [Document No_] nvarchar(20) NOT NULL,
    [Line No_] int NOT NULL,
    [Type] int NOT NULL,
    [No_] nvarchar(20) NOT NULL,
    [Description] nvarchar(100) NOT NULL,
    [Quantity] decimal(38, 20) NOT NULL,
    [Line Discount %] decimal(38, 20) NOT NULL,
    [Amount] decimal(38, 20) NOT NULL,
    [Unit-Amount, Rounding_Precision] decimal(38, 20) NOT NULL,
    [Return Reason Code] nvarchar(10) NOT NULL,
    [Shipment Date] datetime NOT NULL,
    CONSTRAINT [Hansa & Söhne GmbH_$Sales Line$0] PRIMARY KEY CLUSTERED ([Document Type], [Document No_], [Line No_])
)
CREATE TABLE [dbo].[Hansa & Söhne GmbH_$Sales Line$437dbf0e-84ff-417a-965d-ed2bb9650972] (
    [timestamp] timestamp NOT NULL,
    [Document Type] int NOT NULL,
    [Document No_] nvarchar(20) NOT NULL,
    [Line No_] int NOT NULL,
    [Rabattgruppe$7f1c] nvarchar(10) NOT NULL DEFAULT (N''),
    PRIMARY KEY ([Document Type], [Document No_], [Line No_])
)
CREATE TABLE [dbo].[Hansa & Söhne GmbH_$Item Ledger Entry] (
    [timestamp] timestamp NOT NULL,
    [Entry No_] int IDENTITY(1, 1) NOT NULL,
    [Item No_] nvarchar(20) COLLATE Latin1_General_100_CS_AS NOT NULL,
    [Posting Date] datetime NOT NULL,
    [Quantity] decimal(38, 20) NOT NULL,
    [Open] tinyint NOT NULL,
    [Record ID] varbinary(448) NOT NULL,
    [Duration] bigint NOT NULL,
    [Due Time] datetime NOT NULL,
    CONSTRAINT [Hansa & Söhne GmbH_$Item Ledger Entry$0] PRIMARY KEY CLUSTERED ([Entry No_])
)
CREATE TABLE [dbo].[Hansa & Söhne GmbH_$Customer] (
    [timestamp] timestamp NOT NULL,
    [No_] nvarchar(20) NOT NULL PRIMARY KEY,
    [Name] nvarchar(100) NOT NULL,
    [E-Mail] nvarchar(80) NOT NULL,
    [Last Date Modified] datetime NOT NULL,
    [Picture] image NULL
)
CREATE TABLE [dbo].[$ndo$dbproperty] ([databaseversionno] int NOT NULL, [identifier] nvarchar(128) NOT NULL, [license] image NULL)
CREATE TABLE [dbo].[Object Metadata] (
    [timestamp] timestamp NOT NULL, [Object Type] int NOT NULL, [Object ID] int NOT NULL, [Metadata] image NULL, [Hash] nvarchar(32) NOT NULL,
    PRIMARY KEY ([Object Type], [Object ID])
)
GO
CREATE VIEW [dbo].[Hansa & Söhne GmbH_$Item Ledger Entry$VSIFT$1] WITH SCHEMABINDING AS
SELECT [Item No_], [Posting Date], COUNT_BIG(*) AS [$Cnt], SUM([Quantity]) AS [SUM$Quantity] FROM [dbo].[Hansa & Söhne GmbH_$Item Ledger Entry]
GROUP BY [Item No_], [Posting Date]
GO
CREATE UNIQUE CLUSTERED INDEX [VSIFTIDX] ON [dbo].[Hansa & Söhne GmbH_$Item Ledger Entry$VSIFT$1] ([Item No_], [Posting Date])
GO
INSERT [dbo].[Hansa & Söhne GmbH_$Sales Header] ([Document Type], [No_], [Sell-to Customer No_], [Bill-to Name 2], [Posting Date], [VAT %], [Amount (LCY)], [Prices Including VAT], [Work Description]) VALUES
    (1, N'1001', N'D10000', N'', '1753-01-01T00:00:00', 19, 1234567890.12345678901234567890, 0, NULL), (1, N'a1002', N'D10000', N'z. Hd. 100%', '2024-02-29T00:00:00', 7.5, -0.00000000000000000001, 1, 0x02457D5B)
INSERT [dbo].[Hansa & Söhne GmbH_$Sales Line] ([Document Type], [Document No_], [Line No_], [Type], [No_], [Description], [Quantity], [Line Discount %], [Amount], [Unit-Amount, Rounding_Precision], [Return Reason Code], [Shipment Date]) VALUES
    (1, N'1001', 10000, 2, N'1896-S', N'ATHEN Schreibtisch', 3, 5, 100.25, 0.01, N'', '2024-02-29T00:00:00'), (1, N'1001', 20000, 0, N'', N'Text', 0, 0, 0, 0, N'DEFEKT', '1753-01-01T00:00:00')
INSERT [dbo].[Hansa & Söhne GmbH_$Sales Line$437dbf0e-84ff-417a-965d-ed2bb9650972] ([Document Type], [Document No_], [Line No_], [Rabattgruppe$7f1c]) VALUES (1, N'1001', 10000, N'A')
INSERT [dbo].[Hansa & Söhne GmbH_$Item Ledger Entry] ([Item No_], [Posting Date], [Quantity], [Open], [Record ID], [Duration], [Due Time]) VALUES
    (N'1896-S', '2024-02-29T00:00:00', -3, 1, 0x00120000027B, 3600000, '1754-01-01T13:45:59.997'), (N'1896-s', '2024-02-29T00:00:00', 5, 1, 0x00, 0, '1753-01-01T00:00:00')
INSERT [dbo].[Hansa & Söhne GmbH_$Customer] ([No_], [Name], [E-Mail], [Last Date Modified], [Picture]) VALUES (N'D10000', N'Möbel-Meller KG', N'', '2024-02-29T00:00:00', 0xFFD8), (N'd20000', N'Blanemark', N'a@b', '1753-01-01T00:00:00', NULL)
INSERT [dbo].[$ndo$dbproperty] VALUES (140, N'5c4a', 0x01)
INSERT [dbo].[Object Metadata] ([Object Type], [Object ID], [Metadata], [Hash]) VALUES (1, 18, 0x01, N'x')
GO
