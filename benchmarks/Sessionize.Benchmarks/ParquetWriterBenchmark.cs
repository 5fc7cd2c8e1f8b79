using BenchmarkDotNet.Attributes;
using Sessionize.Parquet;

namespace Sessionize.Benchmarks;

/// <summary>The cost, for each session, of turning a row group of 131,072 sessions into a Parquet file that goes nowhere, on one thread.</summary>
/// <remarks>Parquet.Net is given finished strings and arrays; making them is not measured.</remarks>
[MemoryDiagnoser]
public class ParquetWriterBenchmark
{
    private const int Rows = 131_072;

    private static readonly SinkOpening s_opening = new("benchmark", [], new State.InMemorySessionStateStore());

    private readonly SessionBatch _rows = SessionBatches.Of(Rows);
    private SessionChange[] _changes = [];
    private ParquetNetSessions? _parquetNet;

    [GlobalSetup]
    public void Prepare()
    {
        _changes = [.. Enumerable.Range(0, Rows).Select(row => new SessionChange(SessionChangeKind.Added, _rows.ToSession(row)))];
        _parquetNet = new ParquetNetSessions(_rows);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Rows)]
    public Task Columns() => WriteAsync(new ParquetSessionOptions(), sink => sink.Encode(_rows)(default));

    [Benchmark(OperationsPerInvoke = Rows)]
    public Task ColumnsUncompressed() => WriteAsync(new ParquetSessionOptions { Compression = ParquetCompression.None }, sink => sink.Encode(_rows)(default));

    [Benchmark(OperationsPerInvoke = Rows)]
    public Task ColumnsLevel3() => WriteAsync(new ParquetSessionOptions { CompressionLevel = 3 }, sink => sink.Encode(_rows)(default));

    [Benchmark(OperationsPerInvoke = Rows)]
    public Task SessionsOneByOne() => WriteAsync(new ParquetSessionOptions(), sink => sink.WriteAsync(_changes, default));

    [Benchmark(OperationsPerInvoke = Rows)]
    public Task ParquetNet() => _parquetNet!.WriteAsync(Stream.Null);

    private static async Task WriteAsync(ParquetSessionOptions options, Func<ParquetSessionSink, ValueTask> write)
    {
        await using ParquetSessionSink sink = ParquetSessionSink.ToStream(Stream.Null, options);
        await sink.OpenAsync(s_opening, default);
        await write(sink);
        await sink.CommitAsync(new SinkCommit("benchmark", Guid.Empty, []), default);
    }
}
