using Xunit;

[assembly: AssemblyFixture(typeof(S3Server))]
