using Sessionize.Kafka.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(KafkaBroker))]
