-- A maker of bicycles, in the shape of AdventureWorks: schemas, alias types, computed columns persisted and not, hierarchyid,
-- xml, geography, a key of several columns that refers to another one, a trigger that writes elsewhere, a view with an index.
CREATE DATABASE cycles
GO
USE cycles
GO
CREATE SCHEMA People AUTHORIZATION dbo
GO
CREATE SCHEMA Staff
GO
CREATE SCHEMA Making
GO
CREATE SCHEMA Selling
GO
CREATE TYPE dbo.Name FROM nvarchar(50) NULL
CREATE TYPE dbo.Flag FROM bit NOT NULL
CREATE TYPE dbo.NameStyle FROM bit NOT NULL
CREATE TYPE dbo.OrderNumber FROM nvarchar(25) NULL
CREATE TYPE dbo.Phone FROM nvarchar(25) NULL
GO
CREATE TABLE People.Entity (
    EntityID int IDENTITY(1, 1) NOT FOR REPLICATION NOT NULL CONSTRAINT PK_Entity PRIMARY KEY CLUSTERED,
    rowguid uniqueidentifier ROWGUIDCOL NOT NULL CONSTRAINT DF_Entity_rowguid DEFAULT (NEWID()),
    ModifiedDate datetime NOT NULL CONSTRAINT DF_Entity_Modified DEFAULT (GETDATE())
)
CREATE UNIQUE NONCLUSTERED INDEX AK_Entity_rowguid ON People.Entity (rowguid)
CREATE TABLE People.Person (
    EntityID int NOT NULL CONSTRAINT PK_Person PRIMARY KEY CLUSTERED REFERENCES People.Entity (EntityID),
    PersonType nchar(2) NOT NULL CONSTRAINT CK_Person_Type CHECK (PersonType IS NULL OR UPPER(PersonType) IN ('SC', 'VC', 'IN', 'EM', 'SP', 'GC')),
    NameStyle dbo.NameStyle NOT NULL CONSTRAINT DF_Person_Style DEFAULT (0),
    Title nvarchar(8) NULL,
    FirstName dbo.Name NOT NULL,
    LastName dbo.Name NOT NULL,
    Mobile dbo.Phone NULL,
    Remarks xml NULL,
    rowguid uniqueidentifier ROWGUIDCOL NOT NULL CONSTRAINT DF_Person_rowguid DEFAULT (NEWID()) UNIQUE,
    ModifiedDate datetime NOT NULL CONSTRAINT DF_Person_Modified DEFAULT (GETDATE())
)
CREATE TABLE People.Address (
    AddressID int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    Line1 nvarchar(60) NOT NULL,
    City nvarchar(30) NOT NULL,
    PostalCode nvarchar(15) NOT NULL,
    Location geography NULL,
    ModifiedDate datetime NOT NULL DEFAULT (GETDATE()),
    CONSTRAINT AK_Address UNIQUE (Line1, City, PostalCode)
)
CREATE TABLE Staff.Worker (
    EntityID int NOT NULL CONSTRAINT PK_Worker PRIMARY KEY CLUSTERED REFERENCES People.Person (EntityID),
    NationalNumber nvarchar(15) NOT NULL UNIQUE,
    OrganizationNode hierarchyid NULL,
    OrganizationLevel AS OrganizationNode.GetLevel(),
    BirthDate date NOT NULL CONSTRAINT CK_Worker_Birth CHECK (BirthDate BETWEEN '1930-01-01' AND DATEADD(YEAR, -18, GETDATE())),
    MaritalStatus nchar(1) NOT NULL CONSTRAINT CK_Worker_Marital CHECK (UPPER(MaritalStatus) IN ('M', 'S')),
    SalariedFlag dbo.Flag NOT NULL CONSTRAINT DF_Worker_Salaried DEFAULT (1),
    VacationHours smallint NOT NULL CONSTRAINT DF_Worker_Vacation DEFAULT (0),
    CurrentFlag dbo.Flag NOT NULL CONSTRAINT DF_Worker_Current DEFAULT (1)
)
CREATE INDEX IX_Worker_Node ON Staff.Worker (OrganizationNode)
CREATE TABLE Staff.Shift (
    ShiftID tinyint IDENTITY(1, 1) NOT NULL CONSTRAINT PK_Shift PRIMARY KEY,
    Name dbo.Name NOT NULL UNIQUE,
    StartTime time(7) NOT NULL,
    EndTime time(0) NOT NULL,
    CONSTRAINT AK_Shift UNIQUE (StartTime, EndTime)
)
CREATE TABLE Staff.Department (
    DepartmentID smallint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    Name dbo.Name NOT NULL,
    GroupName dbo.Name NOT NULL
)
CREATE TABLE Staff.WorkerDepartmentHistory (
    EntityID int NOT NULL REFERENCES Staff.Worker (EntityID),
    DepartmentID smallint NOT NULL REFERENCES Staff.Department (DepartmentID),
    ShiftID tinyint NOT NULL REFERENCES Staff.Shift (ShiftID),
    StartDate date NOT NULL,
    EndDate date NULL,
    CONSTRAINT PK_WorkerDepartmentHistory PRIMARY KEY CLUSTERED (EntityID, StartDate, DepartmentID, ShiftID),
    CONSTRAINT CK_WorkerDepartmentHistory_End CHECK (EndDate >= StartDate OR EndDate IS NULL)
)
CREATE TABLE Making.Item (
    ItemID int IDENTITY(1, 1) NOT NULL CONSTRAINT PK_Item PRIMARY KEY,
    Name dbo.Name NOT NULL,
    ItemNumber nvarchar(25) NOT NULL,
    MakeFlag dbo.Flag NOT NULL DEFAULT (1),
    Color nvarchar(15) NULL,
    SafetyStockLevel smallint NOT NULL CONSTRAINT CK_Item_Safety CHECK (SafetyStockLevel > 0),
    StandardCost money NOT NULL CONSTRAINT CK_Item_Cost CHECK (StandardCost >= 0.00),
    ListPrice money NOT NULL,
    Weight decimal(8, 2) NULL,
    Class nchar(2) NULL CHECK (UPPER(Class) IN ('H', 'M', 'L') OR Class IS NULL),
    SellStartDate datetime NOT NULL,
    Margin AS (ListPrice - StandardCost) PERSISTED NOT NULL
)
CREATE UNIQUE INDEX AK_Item_Name ON Making.Item (Name)
CREATE UNIQUE INDEX AK_Item_Number ON Making.Item (ItemNumber)
CREATE TABLE Making.Document (
    DocumentNode hierarchyid NOT NULL CONSTRAINT PK_Document PRIMARY KEY CLUSTERED,
    DocumentLevel AS DocumentNode.GetLevel(),
    Title nvarchar(50) NOT NULL,
    Owner int NOT NULL REFERENCES Staff.Worker (EntityID),
    FolderFlag bit NOT NULL DEFAULT (0),
    Revision nchar(5) NOT NULL,
    ChangeNumber int NOT NULL DEFAULT (0),
    Status tinyint NOT NULL CHECK (Status BETWEEN 1 AND 3),
    DocumentSummary nvarchar(max) NULL,
    Document varbinary(max) NULL,
    rowguid uniqueidentifier ROWGUIDCOL NOT NULL UNIQUE DEFAULT (NEWID())
)
CREATE TABLE Making.BillOfMaterials (
    BillID int IDENTITY(1, 1) NOT NULL PRIMARY KEY NONCLUSTERED,
    AssemblyID int NULL REFERENCES Making.Item (ItemID),
    ComponentID int NOT NULL REFERENCES Making.Item (ItemID),
    PerAssemblyQty decimal(8, 2) NOT NULL DEFAULT (1.00),
    CONSTRAINT CK_Bill_Assembly CHECK (AssemblyID <> ComponentID)
)
CREATE UNIQUE CLUSTERED INDEX AK_Bill ON Making.BillOfMaterials (AssemblyID, ComponentID)
CREATE TABLE Making.CostHistory (
    ItemID int NOT NULL REFERENCES Making.Item (ItemID),
    StartDate datetime NOT NULL,
    EndDate datetime NULL,
    StandardCost money NOT NULL,
    CONSTRAINT PK_CostHistory PRIMARY KEY (ItemID, StartDate)
)
CREATE TABLE Selling.Offer (OfferID int IDENTITY(1, 1) NOT NULL PRIMARY KEY, Description nvarchar(255) NOT NULL, DiscountPct smallmoney NOT NULL DEFAULT (0.00))
CREATE TABLE Selling.OfferItem (
    OfferID int NOT NULL REFERENCES Selling.Offer (OfferID),
    ItemID int NOT NULL REFERENCES Making.Item (ItemID),
    PRIMARY KEY (OfferID, ItemID)
)
CREATE TABLE Selling.OrderHeader (
    OrderID int IDENTITY(43659, 1) NOT FOR REPLICATION NOT NULL PRIMARY KEY,
    RevisionNumber tinyint NOT NULL DEFAULT (0),
    OrderDate datetime NOT NULL DEFAULT (GETDATE()),
    OnlineFlag dbo.Flag NOT NULL DEFAULT (1),
    Number AS (ISNULL(N'SO' + CONVERT(nvarchar(23), OrderID), N'*** ERROR ***')),
    PurchaseNumber dbo.OrderNumber NULL,
    ShipTo int NULL REFERENCES People.Address (AddressID),
    SubTotal money NOT NULL DEFAULT (0.00),
    TaxAmt money NOT NULL DEFAULT (0.00),
    TotalDue AS (ISNULL(SubTotal + TaxAmt, 0)),
    Comment nvarchar(128) NULL
)
CREATE TABLE Selling.OrderDetail (
    OrderID int NOT NULL REFERENCES Selling.OrderHeader (OrderID) ON DELETE CASCADE,
    DetailID int IDENTITY(1, 1) NOT NULL,
    OfferID int NOT NULL,
    ItemID int NOT NULL,
    OrderQty smallint NOT NULL CHECK (OrderQty > 0),
    UnitPrice money NOT NULL,
    Discount money NOT NULL DEFAULT (0.0),
    LineTotal AS (ISNULL(UnitPrice * (1.0 - Discount) * OrderQty, 0.0)),
    CONSTRAINT PK_OrderDetail PRIMARY KEY CLUSTERED (OrderID, DetailID),
    CONSTRAINT FK_OrderDetail_OfferItem FOREIGN KEY (OfferID, ItemID) REFERENCES Selling.OfferItem (OfferID, ItemID)
)
CREATE TABLE dbo.DatabaseLog (
    LogID int IDENTITY(1, 1) NOT NULL PRIMARY KEY NONCLUSTERED,
    PostTime datetime NOT NULL,
    DatabaseUser sysname NOT NULL,
    Event sysname NOT NULL,
    [Schema] sysname NULL,
    [Object] sysname NULL,
    TSQL nvarchar(max) NOT NULL,
    XmlEvent xml NOT NULL
)
GO
CREATE TRIGGER Selling.iduOrderDetail ON Selling.OrderDetail AFTER INSERT, DELETE, UPDATE AS
BEGIN
    SET NOCOUNT ON
    UPDATE Selling.OrderHeader SET SubTotal = (SELECT SUM(d.LineTotal) FROM Selling.OrderDetail d WHERE d.OrderID = OrderHeader.OrderID)
    WHERE OrderID IN (SELECT OrderID FROM inserted)
END
GO
CREATE VIEW Staff.vWorker AS
SELECT w.EntityID, p.Title, p.FirstName, p.LastName, w.BirthDate, w.OrganizationNode FROM Staff.Worker w
INNER JOIN People.Person p ON p.EntityID = w.EntityID
GO
CREATE VIEW Making.vItem WITH SCHEMABINDING AS SELECT ItemID, Name, ListPrice FROM Making.Item
GO
CREATE UNIQUE CLUSTERED INDEX IX_vItem ON Making.vItem (ItemID)
GO
CREATE SYNONYM dbo.Items FOR Making.Item
GO
EXEC sys.sp_addextendedproperty N'MS_Description', N'What is made, bought or sold.', N'SCHEMA', N'Making', N'TABLE', N'Item'
EXEC sys.sp_addextendedproperty N'MS_Description', N'0 = bought, 1 = made here.', N'SCHEMA', N'Making', N'TABLE', N'Item', N'COLUMN', N'MakeFlag'
GO
INSERT People.Entity DEFAULT VALUES
INSERT People.Entity DEFAULT VALUES
INSERT People.Person (EntityID, PersonType, Title, FirstName, LastName, Mobile, Remarks) VALUES
    (1, N'EM', N'Ms.', N'Zoë', N'O''Hara', N'555-0100', N'<r lang="de">Größe &amp; Maß</r>'), (2, N'SC', NULL, N'Ken', N'Sánchez', NULL, NULL)
INSERT People.Address (Line1, City, PostalCode, Location) VALUES
    (N'1 Pike St', N'Seattle', N'98101', geography::STGeomFromText('POINT (-122.34 47.61)', 4326)), (N'2 Main St', N'Bothell', N'98011', NULL)
INSERT Staff.Worker (EntityID, NationalNumber, OrganizationNode, BirthDate, MaritalStatus) VALUES
    (1, N'295847284', CAST('/1/' AS hierarchyid), '1969-01-29', N'S'), (2, N'245797967', CAST('/1/2/' AS hierarchyid), '1971-08-01', N'M')
INSERT Staff.Shift (Name, StartTime, EndTime) VALUES (N'Day', '07:00:00', '15:00:00'), (N'Night', '23:00:00.123456', '07:00:00')
INSERT Staff.Department (Name, GroupName) VALUES (N'Engineering', N'Research'), (N'Tool Design', N'Research')
INSERT Staff.WorkerDepartmentHistory VALUES (1, 1, 1, '2009-01-14', NULL), (2, 2, 1, '2008-01-31', '2009-05-30')
INSERT Making.Item (Name, ItemNumber, Color, SafetyStockLevel, StandardCost, ListPrice, Weight, Class, SellStartDate) VALUES
    (N'Frame', N'FR-1', N'Black', 10, 12.5, 20.0001, 2.24, N'H ', '20080430 10:11:12.127'), (N'Ball', N'BA-2', NULL, 1000, 0, 0, NULL, NULL, '20080430')
INSERT Making.Document (DocumentNode, Title, Owner, Revision, Status, DocumentSummary, Document) VALUES
    (CAST('/' AS hierarchyid), N'Documents', 1, N'0', 2, NULL, NULL), (CAST('/1/1/' AS hierarchyid), N'Oil', 2, N'4', 1, N'Oil it.', 0xD0CF11E0A1B11AE1)
INSERT Making.BillOfMaterials (AssemblyID, ComponentID) VALUES (NULL, 1), (1, 2)
INSERT Making.CostHistory VALUES (1, '20110531 00:00:00.003', '20120529', 12.0278), (1, '20120530', NULL, 13.8782)
INSERT Selling.Offer (Description, DiscountPct) VALUES (N'No Discount', 0), (N'Volume', 0.02)
INSERT Selling.OfferItem VALUES (1, 1), (2, 1), (1, 2)
INSERT Selling.OrderHeader (PurchaseNumber, ShipTo, TaxAmt) VALUES (N'PO522', 1, 1.25), (NULL, NULL, 0)
INSERT Selling.OrderDetail (OrderID, OfferID, ItemID, OrderQty, UnitPrice, Discount) VALUES (43659, 1, 1, 3, 20.0001, 0), (43659, 2, 1, 1, 19, 0.02)
INSERT dbo.DatabaseLog VALUES (GETDATE(), N'dbo', N'CREATE_TABLE', N'dbo', N'x', N'CREATE TABLE x', N'<EVENT_INSTANCE/>')
GO
