-- An importer, in the shape of WideWorldImporters: temporal tables, sequences as defaults, masked and sparse columns, JSON in
-- nvarchar(max) under a check, geography, a memory-optimized table.
CREATE DATABASE imports
GO
USE imports
GO
CREATE SCHEMA Application
GO
CREATE SCHEMA Sales
GO
CREATE SCHEMA Sequences
GO
CREATE SEQUENCE Sequences.PersonID AS int START WITH 3 INCREMENT BY 1
CREATE SEQUENCE Sequences.CityID AS int START WITH 10
CREATE SEQUENCE Sequences.InvoiceID AS bigint START WITH 100
CREATE SEQUENCE Sequences.TransactionID AS int START WITH 7
GO
CREATE TABLE Application.People (
    PersonID int NOT NULL CONSTRAINT DF_People_PersonID DEFAULT (NEXT VALUE FOR Sequences.PersonID) CONSTRAINT PK_People PRIMARY KEY CLUSTERED,
    FullName nvarchar(50) NOT NULL,
    PreferredName nvarchar(50) NOT NULL,
    SearchName AS (CONCAT(PreferredName, N' ', FullName)) PERSISTED NOT NULL,
    IsPermittedToLogon bit NOT NULL,
    HashedPassword varbinary(max) NULL,
    UserPreferences nvarchar(max) NULL CONSTRAINT CK_People_Preferences CHECK (ISJSON(UserPreferences) > 0),
    Email nvarchar(256) MASKED WITH (FUNCTION = 'email()') NULL,
    CustomFields nvarchar(max) NULL,
    OtherLanguages AS (JSON_QUERY(CustomFields, N'$.OtherLanguages')),
    LastEditedBy int NOT NULL CONSTRAINT FK_People_EditedBy REFERENCES Application.People (PersonID),
    ValidFrom datetime2(7) GENERATED ALWAYS AS ROW START NOT NULL,
    ValidTo datetime2(7) GENERATED ALWAYS AS ROW END NOT NULL,
    PERIOD FOR SYSTEM_TIME (ValidFrom, ValidTo)
) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = Application.People_Archive))
GO
CREATE TABLE Application.Cities (
    CityID int NOT NULL PRIMARY KEY DEFAULT (NEXT VALUE FOR Sequences.CityID),
    CityName nvarchar(50) NOT NULL,
    Location geography NULL,
    Border geometry NULL,
    LatestRecordedPopulation bigint NULL,
    SysStart datetime2(2) GENERATED ALWAYS AS ROW START HIDDEN NOT NULL,
    SysEnd datetime2(2) GENERATED ALWAYS AS ROW END HIDDEN NOT NULL,
    PERIOD FOR SYSTEM_TIME (SysStart, SysEnd)
) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = Application.Cities_Archive))
GO
CREATE TABLE Application.SystemParameters (
    ParameterID int NOT NULL PRIMARY KEY,
    DeliveryCityID int NOT NULL REFERENCES Application.Cities (CityID),
    ApplicationSettings nvarchar(max) NOT NULL,
    LastEditedWhen datetime2(7) NOT NULL DEFAULT (SYSDATETIME())
)
CREATE TABLE Sales.Invoices (
    InvoiceID bigint NOT NULL CONSTRAINT DF_Invoices DEFAULT (NEXT VALUE FOR Sequences.InvoiceID) PRIMARY KEY,
    ContactPersonID int NOT NULL REFERENCES Application.People (PersonID),
    InvoiceDate date NOT NULL,
    IsCreditNote bit NOT NULL DEFAULT (0),
    Phone nvarchar(20) MASKED WITH (FUNCTION = 'default()') NULL,
    CreditLimit money MASKED WITH (FUNCTION = 'random(1, 100)') NULL,
    ReturnedDeliveryData nvarchar(max) NULL CHECK (ISJSON(ReturnedDeliveryData) <> 0),
    ConfirmedDeliveryTime AS (TRY_CONVERT(datetime2(7), JSON_VALUE(ReturnedDeliveryData, N'$.DeliveredWhen'), 126)),
    LastEditedWhen datetime2(7) NOT NULL DEFAULT (SYSDATETIME()),
    CHECK (ReturnedDeliveryData IS NULL OR LEN(ReturnedDeliveryData) > 1)
)
CREATE TABLE Sales.InvoiceLines (
    LineID int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    InvoiceID bigint NOT NULL REFERENCES Sales.Invoices (InvoiceID),
    TransactionID int NOT NULL DEFAULT (NEXT VALUE FOR Sequences.TransactionID),
    Description nvarchar(100) NOT NULL,
    Quantity int NOT NULL,
    UnitPrice decimal(18, 2) NULL,
    TaxRate decimal(18, 3) NOT NULL
)
CREATE TABLE Sales.Attributes (
    AttributeID int NOT NULL PRIMARY KEY,
    Colour nvarchar(20) SPARSE NULL,
    Voltage decimal(9, 2) SPARSE NULL,
    Tested datetime2(0) SPARSE NULL,
    AllAttributes xml COLUMN_SET FOR ALL_SPARSE_COLUMNS
)
CREATE TABLE Sales.VehicleTemperatures (
    TemperatureID bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY NONCLUSTERED,
    Registration nvarchar(20) COLLATE Latin1_General_CI_AS NOT NULL,
    SensorNumber int NOT NULL,
    RecordedWhen datetime2(7) NOT NULL,
    Temperature decimal(10, 2) NOT NULL
) WITH (MEMORY_OPTIMIZED = ON, DURABILITY = SCHEMA_AND_DATA)
GO
CREATE VIEW Sales.InvoiceTotals AS
SELECT i.InvoiceID, p.FullName, SUM(l.Quantity * l.UnitPrice) AS Total FROM Sales.Invoices i
INNER JOIN Application.People p ON p.PersonID = i.ContactPersonID INNER JOIN Sales.InvoiceLines l ON l.InvoiceID = i.InvoiceID
GROUP BY i.InvoiceID, p.FullName
GO
INSERT Application.People (PersonID, FullName, PreferredName, IsPermittedToLogon, HashedPassword, UserPreferences, Email, CustomFields, LastEditedBy) VALUES
    (1, N'Data Conversion Only', N'Data', 0, NULL, NULL, NULL, NULL, 1),
    (2, N'Kayla Wood', N'Kayla', 1, 0x1D34, N'{"theme":"blue","table":{"pageLength":25}}', N'kayla@example.com', N'{"OtherLanguages":["Polish","中文"]}', 1)
INSERT Application.Cities (CityID, CityName, Location, Border, LatestRecordedPopulation) VALUES
    (1, N'Aaronsburg', geography::STGeomFromText('POINT (-77.45 40.9)', 4326), geometry::STGeomFromText('POLYGON ((0 0, 1 0, 1 1, 0 0))', 0), 613), (2, N'Łódź', NULL, NULL, NULL)
INSERT Application.SystemParameters VALUES (1, 2, N'{"Site":{"SEO":{"Title":"WWI"}}}', '2016-05-31 12:00:00.1234567')
INSERT Sales.Invoices (ContactPersonID, InvoiceDate, Phone, CreditLimit, ReturnedDeliveryData, LastEditedWhen) VALUES
    (2, '2016-05-31', N'(415) 555-0102', 3000.55, N'{"DeliveredWhen":"2016-06-01T07:05:00","Events":[]}', '2016-05-31 12:00'), (1, '2016-05-31', NULL, NULL, NULL, '2016-05-31 12:00:00.000001')
INSERT Sales.InvoiceLines (InvoiceID, Description, Quantity, UnitPrice, TaxRate) VALUES (100, N'"The Gu" red shirt XML tag t-shirt (Black) 3XL', 72, 18.00, 15.000), (101, N'DBA joke mug', 1, NULL, 15)
INSERT Sales.Attributes (AttributeID, Colour, Voltage, Tested) VALUES (1, N'red', NULL, '2016-01-01 10:00:01'), (2, NULL, 230.5, NULL)
INSERT Sales.VehicleTemperatures (Registration, SensorNumber, RecordedWhen, Temperature) VALUES (N'WWI-321-A', 1, '2016-05-31 07:00:00.5', 3.96)
GO
