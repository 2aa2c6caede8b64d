/* A publisher, in the shape of the sample database pubs: types of its own, rules on keys as patterns, a trigger that
   rolls back, reports with ROLLUP, and the rights that everybody is given. */
set nocount    on
set dateformat mdy
USE master
declare @dttm varchar(55)
select  @dttm=convert(varchar,getdate(),113)
raiserror('Beginning press.sql at %s ....',1,1,@dttm) with nowait
GO
if exists (select * from sysdatabases where name='press')
begin
  raiserror('Dropping existing press database ....',0,1)
  DROP database press
end
GO
CHECKPOINT
go
raiserror('Creating press database....',0,1)
go
CREATE DATABASE press
GO
CHECKPOINT
GO
USE press
GO
if db_name() <> 'press'
   raiserror('Error in press.sql, ''USE press'' failed!  Killing the session now.',20,127) with log
GO
execute sp_addtype id      ,'varchar(11)' ,'NOT NULL'
execute sp_addtype tid     ,'varchar(6)'  ,'NOT NULL'
execute sp_addtype empid   ,'char(9)'     ,'NOT NULL'
raiserror('Now at the create table section ....',0,1)
GO
CREATE TABLE writers
(
   au_id          id
         CHECK (au_id like '[0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][0-9][0-9]')
         CONSTRAINT UPKCL_auidind PRIMARY KEY CLUSTERED,
   au_lname       varchar(40)       NOT NULL,
   au_fname       varchar(20)       NOT NULL,
   phone          char(12)          NOT NULL
         DEFAULT ('UNKNOWN'),
   state          char(2)               NULL,
   zip            char(5)               NULL
         CHECK (zip like '[0-9][0-9][0-9][0-9][0-9]'),
   contract       bit               NOT NULL
)
GO
CREATE TABLE houses
(
   pub_id         char(4)           NOT NULL
         CONSTRAINT UPKCL_pubind PRIMARY KEY CLUSTERED
         CHECK (pub_id in ('1389', '0736', '0877') OR pub_id like '99[0-9][0-9]'),
   pub_name       varchar(40)           NULL,
   country        varchar(30)           NULL
         DEFAULT('USA')
)
GO
CREATE TABLE books
(
   title_id       tid
         CONSTRAINT UPKCL_titleidind PRIMARY KEY CLUSTERED,
   title          varchar(80)       NOT NULL,
   type           char(12)          NOT NULL
         DEFAULT ('UNDECIDED'),
   pub_id         char(4)               NULL
         REFERENCES houses(pub_id),
   price          money                 NULL,
   ytd_sales      int                   NULL,
   notes          varchar(200)          NULL,
   pubdate        datetime          NOT NULL
         DEFAULT (getdate())
)
GO
CREATE TABLE bookwriters
(
   au_id          id
         REFERENCES writers(au_id),
   title_id       tid
         REFERENCES books(title_id),
   au_ord         tinyint               NULL,
   royaltyper     int                   NULL,
   CONSTRAINT UPKCL_taind PRIMARY KEY CLUSTERED(au_id, title_id)
)
GO
CREATE TABLE royalties
(
   title_id       tid
         REFERENCES books(title_id),
   lorange        int                   NULL,
   hirange        int                   NULL,
   royalty        int                   NULL
)
GO
CREATE TABLE discounts
(
   discounttype   varchar(40)       NOT NULL,
   lowqty         smallint              NULL,
   highqty        smallint              NULL,
   discount       dec(4,2)          NOT NULL
)
GO
CREATE TABLE jobs
(
   job_id         smallint          IDENTITY(1,1)
         PRIMARY KEY CLUSTERED,
   job_desc       varchar(50)       NOT NULL
         DEFAULT 'New Position - title not formalized yet',
   min_lvl        tinyint           NOT NULL
         CHECK (min_lvl >= 10),
   max_lvl        tinyint           NOT NULL
         CHECK (max_lvl <= 250)
)
GO
CREATE TABLE house_info
(
   pub_id         char(4)           NOT NULL
         REFERENCES houses(pub_id)
         CONSTRAINT UPKCL_pubinfo PRIMARY KEY CLUSTERED,
   logo           image                 NULL,
   pr_info        text                  NULL
)
GO
CREATE TABLE staff
(
   emp_id         empid
         CONSTRAINT PK_emp_id PRIMARY KEY NONCLUSTERED
         CONSTRAINT CK_emp_id CHECK (emp_id LIKE
            '[A-Z][A-Z][A-Z][1-9][0-9][0-9][0-9][0-9][FM]' or
            emp_id LIKE '[A-Z]-[A-Z][1-9][0-9][0-9][0-9][0-9][FM]'),
   fname          varchar(20)       NOT NULL,
   minit          char(1)               NULL,
   lname          varchar(30)       NOT NULL,
   job_id         smallint          NOT NULL
         DEFAULT 1
         REFERENCES jobs(job_id),
   job_lvl        tinyint
         DEFAULT 10,
   pub_id         char(4)           NOT NULL
         DEFAULT ('9952')
         REFERENCES houses(pub_id),
   hire_date      datetime          NOT NULL
         DEFAULT (getdate())
)
GO
raiserror('Now at the create trigger section ...',0,1)
GO
CREATE TRIGGER staff_insupd
ON staff
FOR insert, UPDATE
AS
--Get the range of level for this job type from the jobs table.
declare @min_lvl tinyint,
   @max_lvl tinyint,
   @emp_lvl tinyint,
   @job_id smallint
select @min_lvl = min_lvl,
   @max_lvl = max_lvl,
   @emp_lvl = i.job_lvl,
   @job_id = i.job_id
from staff e, jobs j, inserted i
where e.emp_id = i.emp_id AND i.job_id = j.job_id
IF (@job_id = 1) and (@emp_lvl <> 10)
begin
   raiserror ('Job id 1 expects the default level of 10.',16,1)
   ROLLBACK TRANSACTION
end
ELSE
IF NOT (@emp_lvl BETWEEN @min_lvl AND @max_lvl)
begin
   raiserror ('The level for job_id:%d should be between %d and %d.',
      16, 1, @job_id, @min_lvl, @max_lvl)
   ROLLBACK TRANSACTION
end
GO
raiserror('Now at the inserts to writers ....',0,1)
GO
insert writers
   values('409-56-7008', 'Berg', 'Anna', '415 658-9932', 'CA', '94705', 1)
insert writers
   values('213-46-8915', 'Grün', 'Marie', '415 986-7020', 'CA', '94618', 1)
insert writers (au_id, au_lname, au_fname, state, contract)
   values('998-72-3567', 'O''Leary', 'Al', NULL, 0)
GO
insert houses values('0736', 'New Moon Press', 'USA')
insert houses values('9952', 'Scoot & Sons', DEFAULT)
GO
insert house_info values('0736', 0x474946383961D3001F00B30F00000000800000008000808000000080800080008080808080C0C0C0FF, 'This is sample text data for New Moon Press, in the house.

It has a second paragraph.')
insert house_info values('9952', NULL, NULL)
GO
insert books values ('PC8888', 'Secrets of the Valley', 'popular_comp', '0736', $20.00, 4095, 'Muckraking.', '06/12/94')
insert books values ('BU1032', 'A Busy Clerk''s Guide', 'business', '9952', 19.99, 4095, NULL, '06/12/91')
insert books (title_id, title, pub_id) values('PC9999', 'Net Manners', '0736')
GO
insert bookwriters values('409-56-7008', 'BU1032', 1, 60)
insert bookwriters values('213-46-8915', 'BU1032', 2, 40)
insert bookwriters values('213-46-8915', 'PC8888', 1, 100)
GO
insert royalties values('BU1032', 0, 5000, 10)
insert discounts values('Initial Customer', NULL, NULL, 10.5)
GO
insert jobs values ('New Hire - Job not specified', 10, 10)
insert jobs values ('Chief Executive Officer', 200, 250)
insert jobs (min_lvl, max_lvl) values (10, 20)
GO
insert staff values ('PTC11962M', 'Philip', 'T', 'Cramer', 2, 215, '9952', '11/11/89')
insert staff values ('A-B71970F', 'Aria', '', 'Cruz', 1, 10, '0736', '10/26/91')
GO
raiserror('Now at the create index section ....',0,1) with nowait
GO
CREATE CLUSTERED INDEX staff_ind ON staff(lname, fname, minit)
GO
CREATE NONCLUSTERED INDEX aunmind ON writers (au_lname, au_fname)
GO
CREATE INDEX titleind ON books (title)
GO
raiserror('Now at the create view and procedure section ....',0,1) with nowait
GO
CREATE VIEW bookview
AS
select title, au_ord, au_lname, price, ytd_sales, pub_id
from writers, books, bookwriters
where writers.au_id = bookwriters.au_id
   AND books.title_id = bookwriters.title_id
GO
CREATE PROCEDURE byroyalty @percentage int
AS
select au_id from bookwriters
where bookwriters.royaltyper = @percentage
GO
CREATE PROCEDURE reptq1 AS
select
	case when grouping(pub_id) = 1 then 'ALL' else pub_id end as pub_id,
	avg(price) as avg_price
from books
where price is NOT NULL
group by pub_id with rollup
order by pub_id
GO
CREATE PROCEDURE reptq2 AS
select
	case when grouping(type) = 1 then 'ALL' else type end as type,
	case when grouping(pub_id) = 1 then 'ALL' else pub_id end as pub_id,
	avg(ytd_sales) as avg_ytd_sales
from books
where pub_id is NOT NULL
group by pub_id, type with rollup
GO
CREATE PROCEDURE reptq3 @lolimit money, @hilimit money,
@type char(12)
AS
select
	case when grouping(pub_id) = 1 then 'ALL' else pub_id end as pub_id,
	case when grouping(type) = 1 then 'ALL' else type end as type,
	count(title_id) as cnt
from books
where price >@lolimit AND price <@hilimit AND type = @type OR type LIKE '%cook%'
group by pub_id, type with rollup
GO
UPDATE STATISTICS houses
UPDATE STATISTICS staff
UPDATE STATISTICS jobs
GO
CHECKPOINT
GO
-- Everybody is given rights; the sandbox, where everybody is dbo, refuses these statements.
GRANT EXECUTE ON byroyalty TO public
GO
GRANT CREATE TABLE TO public
GO
USE master
GO
raiserror('Ending press.sql ....',1,1) with nowait
GO
