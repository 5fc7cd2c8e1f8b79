using Sessionize.Iceberg.Tests.Support;
using Xunit;

// One of each for all tests of the run. A test class takes what it needs in its constructor; each starts when it is first used.
[assembly: AssemblyFixture(typeof(S3Server))]
