using Sessionize.Iceberg.Tests.Support;
using Xunit;

// One of each for all tests of the run. A test class takes what it needs in its constructor; each starts when it is first used.
[assembly: AssemblyFixture(typeof(S3Server))]
[assembly: AssemblyFixture(typeof(RestCatalogServer))]
[assembly: AssemblyFixture(typeof(IceCheck))]
[assembly: AssemblyFixture(typeof(DuckDbIceberg))]
[assembly: AssemblyFixture(typeof(ClickHouseIceberg))]
[assembly: AssemblyFixture(typeof(IcebirdIceberg))]
