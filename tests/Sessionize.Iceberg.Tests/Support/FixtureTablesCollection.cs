using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>Test classes that use the tables of Spark run one after the other.</summary>
[CollectionDefinition(FixtureTables.Collection)]
public sealed class FixtureTablesCollection : ICollectionFixture<FixtureTables>;
