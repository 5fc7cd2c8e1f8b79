using System.Threading.Channels;
using Sessionize.Parsing;
using Sessionize.Sources;
using Sessionize.Sources.Files;

namespace Sessionize.Engine.Batch;

/// <summary>Reads all input into an engine on all threads, and hands bad events to the dead letters in the order of the input.</summary>
internal sealed class BatchReader(
    PipelinePlan plan, BatchEngine engine, SummaryCounts counts, IDeadLetterSink deadLetters, IProgress<SessionizationProgress>? progress)
{
    private const int LettersAhead = 4;
    private const int StretchesAhead = 2;
    private const long MostBadBytes = 8 * 1024 * 1024;

    private readonly Lock _reports = new();

    private int Threads => engine.Spreaders.Count;

    /// <summary>Reads any source: one thread reads batches, the others spread them.</summary>
    public async Task ReadAsync(IEventSource source, IReadOnlyList<SourcePartition> partitions, CancellationToken cancellationToken)
    {
        Dictionary<string, int> order = partitions.ToDictionary(partition => partition.Name, partition => partition.Order, StringComparer.Ordinal);
        Channel<EventBatch> free = Channel.CreateUnbounded<EventBatch>();
        Channel<EventBatch> filled = Channel.CreateBounded<EventBatch>(Threads + 1);
        for (int i = 0; i <= Threads; i++)
        {
            free.Writer.TryWrite(new EventBatch(plan.Rules.Retained));
        }

        await BatchThreads.RunAsync(Threads, Spread, FillAsync, cancellationToken).ConfigureAwait(false);

        async Task FillAsync(CancellationToken stop)
        {
            while (true)
            {
                EventBatch batch = await free.Reader.ReadAsync(stop).ConfigureAwait(false);
                if (await source.ReadAsync(batch, stop).ConfigureAwait(false) != SourceReadResult.Records)
                {
                    filled.Writer.Complete();
                    return;
                }

                await WriteBadAsync(batch, stop).ConfigureAwait(false);
                await filled.Writer.WriteAsync(batch, stop).ConfigureAwait(false);
                Report();
            }
        }

        void Spread(int thread, CancellationToken stop)
        {
            while (filled.Reader.WaitToReadAsync(stop).AsTask().GetAwaiter().GetResult())
            {
                while (filled.Reader.TryRead(out EventBatch? batch))
                {
                    engine.Spreaders[thread].Take(batch, order[batch.Partition]);
                    free.Writer.TryWrite(batch);
                }
            }
        }
    }

    /// <summary>Reads files: every thread reads lines of its own, and spreads them.</summary>
    public Task ReadAsync(FileEventSource source, FileEventPlaces places, CancellationToken cancellationToken)
    {
        Channel<List<DeadLetter>> letters = Channel.CreateBounded<List<DeadLetter>>(LettersAhead);
        int threadsLeft = Threads;
        LineInputs? inputs = null;
        IReadOnlyList<InputFile> files = source.Files;
        LineOrder order = new(partition => files[partition].Name, letters.Writer, StretchesAhead * Threads);
        Lock opening = new();
        return BatchThreads.RunAsync(Threads, Spread, WriteLettersAsync, cancellationToken);

        async Task WriteLettersAsync(CancellationToken stop)
        {
            await foreach (List<DeadLetter> bad in letters.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                await WriteAsync(bad, stop).ConfigureAwait(false);
            }
        }

        void Spread(int thread, CancellationToken stop)
        {
            lock (opening)
            {
                inputs ??= source.OpenLines(Threads, stop);
            }

            Spreader spreader = engine.Spreaders[thread];
            ILineSpreader lineSpreader = source.Parser is JsonEventParser json && json.Retained.SequenceEqual(plan.Rules.Retained)
                ? new TemplateLineSpreader(json, source.MaxLineBytes, spreader)
                : new CustomLineSpreader(source.Parser, plan.Rules.Retained, source.MaxLineBytes, spreader);
            LineBlock own = new();
            while (inputs.TakeNext() is { } stretch)
            {
                StretchLines lines = new();
                foreach (LineBlock block in inputs.Read(stretch, own))
                {
                    stop.ThrowIfCancellationRequested();
                    SpreadBlock(lineSpreader, block, stretch.Partition, places.NarrowStart(stretch.Partition), lines);
                    if (lines.BadBytes > MostBadBytes)
                    {
                        order.HandIn(stretch.Number, stretch.Partition, lines, stop);
                    }

                    Report();
                }

                inputs.Return(stretch);
                order.Complete(stretch.Number, stretch.Partition, lines, stop);
            }

            if (Interlocked.Decrement(ref threadsLeft) == 0)
            {
                letters.Writer.Complete();
            }
        }
    }

    private static void SpreadBlock(ILineSpreader spreader, LineBlock block, int partition, long narrowStart, StretchLines lines)
    {
        if (block.LongLineBytes == 0)
        {
            spreader.Spread(block, partition, narrowStart, lines);
            return;
        }

        if (block.Length > 0)
        {
            lines.AddBad(block.Offset, BadEventReason.LineTooLong, block.Bytes, block.LongLineBytes);
        }

        lines.Count++;
    }

    private ValueTask WriteBadAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        List<DeadLetter> bad = [];
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.Reason(row) is var reason and not BadEventReason.None)
            {
                bad.Add(batch.ToDeadLetter(row, reason.ToString()));
            }
        }

        return bad.Count == 0 ? ValueTask.CompletedTask : WriteAsync(bad, cancellationToken);
    }

    private ValueTask WriteAsync(List<DeadLetter> bad, CancellationToken cancellationToken)
    {
        foreach (DeadLetter letter in bad)
        {
            counts.AddBad(letter.Reason);
        }

        return deadLetters.WriteAsync(bad, cancellationToken);
    }

    private void Report()
    {
        if (progress is not null)
        {
            lock (_reports)
            {
                progress.Report(new SessionizationProgress(engine.Events, counts.Bad, 0));
            }
        }
    }
}
