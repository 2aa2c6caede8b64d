/*******************************************************************************
   A music shop, in the shape of the sample database Chinook: one generated
   script of bracketed names, keys added afterwards, an index for each foreign
   key, and many rows.
********************************************************************************/
IF EXISTS (SELECT name FROM master.dbo.sysdatabases WHERE name = N'Tunes')
BEGIN
	ALTER DATABASE [Tunes] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
	DROP DATABASE [Tunes];
END

GO

CREATE DATABASE [Tunes];
GO

USE [Tunes];
GO

CREATE TABLE [dbo].[Disc]
(
    [DiscId] INT NOT NULL,
    [Title] NVARCHAR(160) NOT NULL,
    [BandId] INT NOT NULL,
    CONSTRAINT [PK_Disc] PRIMARY KEY CLUSTERED ([DiscId])
);
GO
CREATE TABLE [dbo].[Band]
(
    [BandId] INT NOT NULL,
    [Name] NVARCHAR(120),
    CONSTRAINT [PK_Band] PRIMARY KEY CLUSTERED ([BandId])
);
GO
CREATE TABLE [dbo].[Clerk]
(
    [ClerkId] INT NOT NULL,
    [LastName] NVARCHAR(20) NOT NULL,
    [ReportsTo] INT,
    [HireDate] DATETIME,
    [Email] NVARCHAR(60),
    CONSTRAINT [PK_Clerk] PRIMARY KEY CLUSTERED ([ClerkId])
);
GO
CREATE TABLE [dbo].[Bill]
(
    [BillId] INT NOT NULL IDENTITY,
    [ClerkId] INT NOT NULL,
    [BillDate] DATETIME NOT NULL,
    [Total] NUMERIC(10,2) NOT NULL,
    CONSTRAINT [PK_Bill] PRIMARY KEY CLUSTERED ([BillId])
);
GO
CREATE TABLE [dbo].[Song]
(
    [SongId] INT NOT NULL,
    [Name] NVARCHAR(200) NOT NULL,
    [DiscId] INT,
    [Composer] NVARCHAR(220),
    [Milliseconds] INT NOT NULL,
    [UnitPrice] NUMERIC(10,2) NOT NULL,
    CONSTRAINT [PK_Song] PRIMARY KEY CLUSTERED ([SongId])
);
GO
CREATE TABLE [dbo].[List]
(
    [ListId] INT NOT NULL,
    [Name] NVARCHAR(120),
    CONSTRAINT [PK_List] PRIMARY KEY CLUSTERED ([ListId])
);
GO
CREATE TABLE [dbo].[ListSong]
(
    [ListId] INT NOT NULL,
    [SongId] INT NOT NULL,
    CONSTRAINT [PK_ListSong] PRIMARY KEY NONCLUSTERED ([ListId], [SongId])
);
GO

/*******************************************************************************
   Create Foreign Keys
********************************************************************************/
ALTER TABLE [dbo].[Disc] ADD CONSTRAINT [FK_DiscBandId]
    FOREIGN KEY ([BandId]) REFERENCES [dbo].[Band] ([BandId]) ON DELETE NO ACTION ON UPDATE NO ACTION;
GO
CREATE INDEX [IFK_DiscBandId] ON [dbo].[Disc] ([BandId]);
GO
ALTER TABLE [dbo].[Clerk] ADD CONSTRAINT [FK_ClerkReportsTo]
    FOREIGN KEY ([ReportsTo]) REFERENCES [dbo].[Clerk] ([ClerkId]) ON DELETE NO ACTION ON UPDATE NO ACTION;
GO
CREATE INDEX [IFK_ClerkReportsTo] ON [dbo].[Clerk] ([ReportsTo]);
GO
ALTER TABLE [dbo].[Bill] ADD CONSTRAINT [FK_BillClerkId]
    FOREIGN KEY ([ClerkId]) REFERENCES [dbo].[Clerk] ([ClerkId]) ON DELETE NO ACTION ON UPDATE NO ACTION;
GO
CREATE INDEX [IFK_BillClerkId] ON [dbo].[Bill] ([ClerkId]);
GO
ALTER TABLE [dbo].[Song] ADD CONSTRAINT [FK_SongDiscId]
    FOREIGN KEY ([DiscId]) REFERENCES [dbo].[Disc] ([DiscId]) ON DELETE NO ACTION ON UPDATE NO ACTION;
GO
CREATE INDEX [IFK_SongDiscId] ON [dbo].[Song] ([DiscId]);
GO
ALTER TABLE [dbo].[ListSong] ADD CONSTRAINT [FK_ListSongListId]
    FOREIGN KEY ([ListId]) REFERENCES [dbo].[List] ([ListId]) ON DELETE NO ACTION ON UPDATE NO ACTION;
GO
ALTER TABLE [dbo].[ListSong] ADD CONSTRAINT [FK_ListSongSongId]
    FOREIGN KEY ([SongId]) REFERENCES [dbo].[Song] ([SongId]) ON DELETE NO ACTION ON UPDATE NO ACTION;
GO
CREATE INDEX [IFK_ListSongSongId] ON [dbo].[ListSong] ([SongId]);
GO

/*******************************************************************************
   Populate Tables
********************************************************************************/
INSERT INTO [dbo].[Band] ([BandId], [Name]) VALUES
    (1, N'The Örks'),
    (2, N'Tom''s Quartet'),
    (3, N'日本の楽団'),
    (4, NULL);
GO
INSERT INTO [dbo].[Disc] ([DiscId], [Title], [BandId]) VALUES
    (1, N'First & Last', 1),
    (2, N'Plays Live [Disc 2]', 2),
    (3, N'Été', 3);
GO
INSERT INTO [dbo].[Clerk] ([ClerkId], [LastName], [ReportsTo], [HireDate], [Email]) VALUES
    (1, N'Adams', NULL, '2002/8/14', N'adams@tunes.example'),
    (2, N'Edwards', 1, '2002/5/1', N'edwards@tunes.example');
GO
SET IDENTITY_INSERT [dbo].[Bill] ON;
INSERT INTO [dbo].[Bill] ([BillId], [ClerkId], [BillDate], [Total]) VALUES (1, 2, '2009/1/1', 1.98), (2, 2, '2009-01-02T00:00:00', 3.96);
SET IDENTITY_INSERT [dbo].[Bill] OFF;
INSERT INTO [dbo].[Bill] ([ClerkId], [BillDate], [Total]) VALUES (1, N'2009/1/3', 5.94);
GO
INSERT INTO [dbo].[Song] ([SongId], [Name], [DiscId], [Composer], [Milliseconds], [UnitPrice]) VALUES
    (1, N'For Those', 1, N'A. Young, M. Young', 343719, 0.99),
    (2, N'Balls & Walls', 2, NULL, 342562, 0.99),
    (3, N'夏', 3, N'U. Dirk', 230619, 1.99);
GO
INSERT INTO [dbo].[List] ([ListId], [Name]) VALUES (1, N'Music'), (2, N'90’s Music');
GO
INSERT INTO [dbo].[ListSong] ([ListId], [SongId]) SELECT 1, [SongId] FROM [dbo].[Song];
INSERT INTO [dbo].[ListSong] ([ListId], [SongId]) VALUES (2, 3);
GO
