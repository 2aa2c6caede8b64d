-- A trading house, in the shape of the sample database Northwind: quoted names with blanks, text and images, identities
-- inserted with their numbers, views over views, procedures of SQL Server 2000's days.
SET NOCOUNT ON
GO
USE master
GO
if exists (select * from sysdatabases where name = 'Harbour')
  drop database Harbour
GO
CREATE DATABASE Harbour
GO
if CAST(SERVERPROPERTY('ProductMajorVersion') AS int) >= 12
  ALTER DATABASE [Harbour] SET RECOVERY SIMPLE WITH NO_WAIT
GO
set quoted_identifier on
GO
SET DATEFORMAT mdy
GO
use "Harbour"
GO
if exists (select * from sysobjects where id = object_id('dbo.Freight by Country') and sysstat & 0xf = 4)
  drop procedure "dbo"."Freight by Country"
GO
if exists (select * from sysobjects where id = object_id('dbo.Goods') and sysstat & 0xf = 3)
  drop table "dbo"."Goods"
GO
CREATE TABLE "Crew" (
  "CrewID" "int" IDENTITY (1, 1) NOT NULL ,
  "LastName" nvarchar (20) NOT NULL ,
  "FirstName" nvarchar (10) NOT NULL ,
  "Title" nvarchar (30) NULL ,
  "BirthDate" "datetime" NULL ,
  "HireDate" "datetime" NULL ,
  "Photo" "image" NULL ,
  "Notes" "ntext" NULL ,
  "ReportsTo" "int" NULL ,
  CONSTRAINT "PK_Crew" PRIMARY KEY CLUSTERED ("CrewID") ,
  CONSTRAINT "FK_Crew_Crew" FOREIGN KEY ("ReportsTo") REFERENCES "dbo"."Crew" ("CrewID") ,
  CONSTRAINT "CK_Birth" CHECK (BirthDate < getdate())
)
GO
CREATE INDEX "LastName" ON "dbo"."Crew"("LastName")
GO
CREATE TABLE "Kinds" (
  "KindID" "int" IDENTITY (1, 1) NOT NULL ,
  "KindName" nvarchar (15) NOT NULL ,
  "Description" "ntext" NULL ,
  "Picture" "image" NULL ,
  CONSTRAINT "PK_Kinds" PRIMARY KEY CLUSTERED ("KindID")
)
GO
CREATE INDEX "KindName" ON "dbo"."Kinds"("KindName")
GO
CREATE TABLE "Buyers" (
  "BuyerID" nchar (5) NOT NULL ,
  "Company" nvarchar (40) NOT NULL ,
  "City" nvarchar (15) NULL ,
  "Country" nvarchar (15) NULL ,
  CONSTRAINT "PK_Buyers" PRIMARY KEY CLUSTERED ("BuyerID")
)
GO
CREATE TABLE "Makers" (
  "MakerID" "int" IDENTITY (1, 1) NOT NULL ,
  "Company" nvarchar (40) NOT NULL ,
  "City" nvarchar (15) NULL ,
  "HomePage" "ntext" NULL ,
  CONSTRAINT "PK_Makers" PRIMARY KEY CLUSTERED ("MakerID")
)
GO
CREATE TABLE "Goods" (
  "GoodID" "int" IDENTITY (1, 1) NOT NULL ,
  "GoodName" nvarchar (40) NOT NULL ,
  "MakerID" "int" NULL ,
  "KindID" "int" NULL ,
  "UnitPrice" "money" NULL CONSTRAINT "DF_Goods_UnitPrice" DEFAULT (0) ,
  "UnitsInStock" "smallint" NULL CONSTRAINT "DF_Goods_UnitsInStock" DEFAULT (0) ,
  "Discontinued" "bit" NOT NULL CONSTRAINT "DF_Goods_Discontinued" DEFAULT (0) ,
  CONSTRAINT "PK_Goods" PRIMARY KEY CLUSTERED ("GoodID") ,
  CONSTRAINT "FK_Goods_Kinds" FOREIGN KEY ("KindID") REFERENCES "dbo"."Kinds" ("KindID") ,
  CONSTRAINT "FK_Goods_Makers" FOREIGN KEY ("MakerID") REFERENCES "dbo"."Makers" ("MakerID") ,
  CONSTRAINT "CK_Goods_UnitPrice" CHECK (UnitPrice >= 0) ,
  CONSTRAINT "CK_UnitsInStock" CHECK (UnitsInStock >= 0)
)
GO
CREATE TABLE "Voyages" (
  "VoyageID" "int" IDENTITY (1, 1) NOT NULL ,
  "BuyerID" nchar (5) NULL ,
  "CrewID" "int" NULL ,
  "OrderDate" "datetime" NULL ,
  "ShippedDate" "datetime" NULL ,
  "Freight" "money" NULL CONSTRAINT "DF_Voyages_Freight" DEFAULT (0) ,
  "ShipCountry" nvarchar (15) NULL ,
  CONSTRAINT "PK_Voyages" PRIMARY KEY CLUSTERED ("VoyageID") ,
  CONSTRAINT "FK_Voyages_Buyers" FOREIGN KEY ("BuyerID") REFERENCES "dbo"."Buyers" ("BuyerID") ,
  CONSTRAINT "FK_Voyages_Crew" FOREIGN KEY ("CrewID") REFERENCES "dbo"."Crew" ("CrewID")
)
GO
CREATE INDEX "OrderDate" ON "dbo"."Voyages"("OrderDate")
GO
CREATE TABLE "Voyage Details" (
  "VoyageID" "int" NOT NULL ,
  "GoodID" "int" NOT NULL ,
  "UnitPrice" "money" NOT NULL CONSTRAINT "DF_Details_UnitPrice" DEFAULT (0) ,
  "Quantity" "smallint" NOT NULL CONSTRAINT "DF_Details_Quantity" DEFAULT (1) ,
  "Discount" "real" NOT NULL CONSTRAINT "DF_Details_Discount" DEFAULT (0) ,
  CONSTRAINT "PK_Voyage_Details" PRIMARY KEY CLUSTERED ("VoyageID", "GoodID") ,
  CONSTRAINT "FK_Details_Voyages" FOREIGN KEY ("VoyageID") REFERENCES "dbo"."Voyages" ("VoyageID") ,
  CONSTRAINT "FK_Details_Goods" FOREIGN KEY ("GoodID") REFERENCES "dbo"."Goods" ("GoodID") ,
  CONSTRAINT "CK_Discount" CHECK (Discount >= 0 and (Discount <= 1)) ,
  CONSTRAINT "CK_Quantity" CHECK (Quantity > 0)
)
GO
create view "Buyers and Makers by City" AS
SELECT City, Company, 'Buyers' AS Relationship
FROM Buyers
UNION SELECT City, Company, 'Makers'
FROM Makers
--ORDER BY City, Company
GO
create view "Goods on Offer" AS
SELECT Goods.*, Kinds.KindName
FROM Kinds INNER JOIN Goods ON Kinds.KindID = Goods.KindID
WHERE (((Goods.Discontinued)=0))
GO
create view "Details Extended" AS
SELECT "Voyage Details".VoyageID, "Voyage Details".GoodID, Goods.GoodName,
  "Voyage Details".UnitPrice, "Voyage Details".Quantity, "Voyage Details".Discount,
  (CONVERT(money,("Voyage Details".UnitPrice*Quantity*(1-Discount)/100))*100) AS ExtendedPrice
FROM Goods INNER JOIN "Voyage Details" ON Goods.GoodID = "Voyage Details".GoodID
GO
create view "Voyage Subtotals" AS
SELECT "Voyage Details".VoyageID, Sum(CONVERT(money,("Voyage Details".UnitPrice*Quantity*(1-Discount)/100))*100) AS Subtotal
FROM "Voyage Details"
GROUP BY "Voyage Details".VoyageID
GO
create view "Sales by Kind" AS
SELECT Kinds.KindID, Kinds.KindName, Goods.GoodName,
  Sum("Details Extended".ExtendedPrice) AS GoodSales
FROM Kinds INNER JOIN
    (Goods INNER JOIN
      (Voyages INNER JOIN "Details Extended" ON Voyages.VoyageID = "Details Extended".VoyageID)
    ON Goods.GoodID = "Details Extended".GoodID)
  ON Kinds.KindID = Goods.KindID
WHERE Voyages.OrderDate BETWEEN '19970101' And '19971231'
GROUP BY Kinds.KindID, Kinds.KindName, Goods.GoodName
GO
create view "Goods Above Average Price" AS
SELECT Goods.GoodName, Goods.UnitPrice
FROM Goods
WHERE Goods.UnitPrice>(SELECT AVG(UnitPrice) From Goods)
GO
create procedure "Freight by Country"
@Beginning_Date DateTime, @Ending_Date DateTime AS
SELECT Voyages.ShipCountry, Crew.LastName, Voyages.VoyageID, "Voyage Subtotals".Subtotal AS SaleAmount
FROM Crew INNER JOIN
  (Voyages INNER JOIN "Voyage Subtotals" ON Voyages.VoyageID = "Voyage Subtotals".VoyageID)
  ON Crew.CrewID = Voyages.CrewID
WHERE Voyages.ShippedDate Between @Beginning_Date And @Ending_Date
GO
create procedure "Two Dearest Goods" AS
SET ROWCOUNT 2
SELECT Goods.GoodName AS TwoDearestGoods, Goods.UnitPrice
FROM Goods
ORDER BY Goods.UnitPrice DESC
GO
CREATE PROCEDURE VoyageDetail @VoyageID int
AS
SELECT GoodName,
    UnitPrice=ROUND(Od.UnitPrice, 2),
    Quantity,
    Discount=CONVERT(int, Discount * 100),
    ExtendedPrice=ROUND(CONVERT(money, Quantity * (1 - Discount) * Od.UnitPrice), 2)
FROM Goods P, [Voyage Details] Od
WHERE Od.GoodID = P.GoodID and Od.VoyageID = @VoyageID
GO
CREATE PROCEDURE SalesByKind
    @KindName nvarchar(15), @OrdYear nvarchar(4) = '1997'
AS
IF @OrdYear != '1996' AND @OrdYear != '1997'
BEGIN
	SELECT @OrdYear = '1997'
END
SELECT GoodName,
	TotalPurchase=ROUND(SUM(CONVERT(decimal(14,2), OD.Quantity * (1-OD.Discount) * OD.UnitPrice)), 0)
FROM [Voyage Details] OD, Voyages O, Goods P, Kinds C
WHERE OD.VoyageID = O.VoyageID
	AND OD.GoodID = P.GoodID
	AND P.KindID = C.KindID
	AND C.KindName = @KindName
	AND SUBSTRING(CONVERT(nvarchar(22), O.OrderDate, 111), 1, 4) = @OrdYear
GROUP BY GoodName
ORDER BY GoodName
GO
set quoted_identifier on
go
set identity_insert "Kinds" on
go
ALTER TABLE "Kinds" NOCHECK CONSTRAINT ALL
go
INSERT "Kinds"("KindID","KindName","Description","Picture") VALUES(1,'Spices','Pepper, cloves, and what smells',0x151C2F00020000000D000E0014002100FFFFFFFF)
INSERT "Kinds"("KindID","KindName","Description","Picture") VALUES(2,'Cloth',N'Linen and wool, à la mode',NULL)
go
set identity_insert "Kinds" off
go
ALTER TABLE "Kinds" CHECK CONSTRAINT ALL
go
INSERT "Buyers" VALUES('ALPHA','Alpha''s Store','Lübeck','Germany')
INSERT "Buyers" VALUES(N'BETAZ',N'Béta & Fils',N'Liège','Belgium')
go
set identity_insert "Crew" on
go
ALTER TABLE "Crew" NOCHECK CONSTRAINT ALL
go
INSERT "Crew"("CrewID","LastName","FirstName","Title","BirthDate","HireDate","Photo","Notes","ReportsTo") VALUES(1,'Brand','Ada','Mate','12/08/1948','05/01/1992',0xFFD8FF,N'Speaks four languages.',2)
INSERT "Crew"("CrewID","LastName","FirstName","Title","BirthDate","HireDate","Photo","Notes","ReportsTo") VALUES(2,'Colt','Ben','Captain','02/19/1952','08/14/1992',NULL,NULL,NULL)
go
set identity_insert "Crew" off
go
ALTER TABLE "Crew" CHECK CONSTRAINT ALL
go
INSERT "Makers"("Company","City","HomePage") VALUES('Mill & Sons','Leeds','Mill#http://mill.example/#')
INSERT "Makers"("Company","City","HomePage") VALUES('Island Growers',NULL,NULL)
go
INSERT "Goods"("GoodName","MakerID","KindID","UnitPrice","UnitsInStock","Discontinued") VALUES('Pepper',2,1,18,39,0)
INSERT "Goods"("GoodName","MakerID","KindID","UnitPrice","UnitsInStock","Discontinued") VALUES('Cloves',2,1,97.5000,17,0)
INSERT "Goods"("GoodName","MakerID","KindID","UnitPrice","UnitsInStock","Discontinued") VALUES('Tweed',1,2,$21.35,0,1)
go
set identity_insert "Voyages" on
go
INSERT INTO "Voyages"
("VoyageID","BuyerID","CrewID","OrderDate","ShippedDate","Freight","ShipCountry")
VALUES (10248,N'ALPHA',1,'7/4/1996','7/16/1996',32.38,N'Germany')
INSERT INTO "Voyages"
("VoyageID","BuyerID","CrewID","OrderDate","ShippedDate","Freight","ShipCountry")
VALUES (10249,N'BETAZ',2,'1/5/1997',NULL,11.61,N'Belgium')
go
set identity_insert "Voyages" off
go
INSERT "Voyage Details" VALUES(10248,1,14,12,0)
INSERT "Voyage Details" VALUES(10248,2,98,10,0.05)
INSERT "Voyage Details" VALUES(10249,3,20,5,0.15)
go
CREATE TABLE [dbo].[Regions]
	( [RegionID] [int] NOT NULL ,
	[RegionDescription] [nchar] (50) NOT NULL
) ON [PRIMARY]
GO
CREATE TABLE [dbo].[Crew Regions]
	([CrewID] [int] NOT NULL,
	[RegionID] [int] NOT NULL
) ON [PRIMARY]
GO
ALTER TABLE Regions
	ADD CONSTRAINT [PK_Regions] PRIMARY KEY NONCLUSTERED
	(
		[RegionID]
	) ON [PRIMARY]
GO
ALTER TABLE [Crew Regions]
	ADD CONSTRAINT [PK_Crew_Regions] PRIMARY KEY NONCLUSTERED ([CrewID], [RegionID]) ON [PRIMARY]
GO
ALTER TABLE [Crew Regions] ADD CONSTRAINT [FK_CR_Crew] FOREIGN KEY ([CrewID]) REFERENCES [dbo].[Crew] ([CrewID])
GO
ALTER TABLE [Crew Regions] ADD CONSTRAINT [FK_CR_Regions] FOREIGN KEY ([RegionID]) REFERENCES [dbo].[Regions] ([RegionID])
GO
Insert Into Regions Values (1,'Eastern                                           ')
Insert Into Regions Values (2,'Western                                           ')
Insert Into [Crew Regions] Values (1,1)
GO
