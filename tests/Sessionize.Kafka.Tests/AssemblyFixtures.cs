using Sessionize.Kafka.Tests.Support;
using Xunit;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(KafkaBroker))]
[assembly: AssemblyFixture(typeof(IceCheck))]

// They wait for brokers more than they compute.
[assembly: Parallelization(MaxThreads = 6)]
