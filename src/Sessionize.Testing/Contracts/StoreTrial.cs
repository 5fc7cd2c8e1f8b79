using System.Text;

namespace Sessionize.Testing.Contracts;

/// <summary>A fresh place for one check, with the instances that work on it.</summary>
internal sealed class StoreTrial(Func<SessionStateStorePlace> newPlace, CancellationToken cancellationToken) : IAsyncDisposable
{
    public const string Pipeline = "contract";

    private readonly SessionStateStorePlace _place = newPlace();
    private readonly List<ISessionStateStore> _stores = [];
    private int _versions;

    /// <summary>Another trial, on a place of its own.</summary>
    public StoreTrial Fresh() => new(newPlace, cancellationToken);

    /// <summary>Another instance, as another process has it.</summary>
    public ISessionStateStore Open()
    {
        cancellationToken.ThrowIfCancellationRequested();
        ISessionStateStore store = _place.Open();
        _stores.Add(store);
        return store;
    }

    /// <summary>A name that never existed.</summary>
    public StateVersion NewVersion() => new($"0-{++_versions:x32}");

    public static async Task PrepareAsync(ISessionStateStore store, int lane, StateVersion version, StateVersion? basedOn, params string[] pieces) =>
        await store.PrepareAsync(
            new LaneId(lane),
            version,
            basedOn,
            async (stream, token) =>
            {
                foreach (string piece in pieces)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(piece), token).ConfigureAwait(false);
                }
            },
            CancellationToken.None).ConfigureAwait(false);

    public static async Task<List<string>> LoadAsync(ISessionStateStore store, int lane, StateVersion version)
    {
        List<string> parts = [];
        await store.LoadAsync(
            new LaneId(lane),
            version,
            async (stream, token) =>
            {
                using StreamReader reader = new(stream, leaveOpen: true);
                parts.Add(await reader.ReadToEndAsync(token).ConfigureAwait(false));
            },
            CancellationToken.None).ConfigureAwait(false);
        return parts;
    }

    /// <summary>What another process loads.</summary>
    public async Task ExpectPartsAsync(int lane, StateVersion version, params string[] expected)
    {
        List<string> found = await LoadAsync(Open(), lane, version).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(expected.SequenceEqual(found), $"the parts {Describe(expected)}", $"the parts {Describe(found)}");
    }

    /// <summary>The call is an error that a user can read.</summary>
    public static async Task ExpectErrorAsync(Func<Task> call, string what, params string[] named)
    {
        string found = "no exception";
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (SessionizeException failure) when (named.All(name => failure.Message.Contains(name, StringComparison.Ordinal)))
        {
            return;
        }
        catch (Exception failure)
        {
            // Another exception, or one that does not name the place, is what was found.
            found = $"{failure.GetType().Name}: {failure.Message}";
        }

        string naming = named.Length == 0 ? "" : $" that names {string.Join(" and ", named.Select(name => $"'{name}'"))}";
        throw new UnexpectedException($"{what} throws a SessionizeException{naming}", found);
    }

    public async Task ExpectRecordAsync(SinkCommit? expected, string pipeline = Pipeline)
    {
        SinkCommit? found = await Open().ReadCommitAsync(pipeline, CancellationToken.None).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(Describe(expected) == Describe(found), $"the record {Describe(expected)}", $"the record {Describe(found)}");
    }

    public static async Task ExpectSwapAsync(bool expected, ISessionStateStore store, Guid? replaces, SinkCommit commit)
    {
        bool found = await store.WriteCommitAsync(replaces, commit, CancellationToken.None).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(found == expected, $"WriteCommitAsync gives {expected}", $"{found}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ISessionStateStore store in _stores)
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string Describe(IEnumerable<string> parts) =>
        "[" + string.Join(", ", parts.Select(part => part.Length > 40 ? $"{part[..40]}… ({part.Length} characters)" : part)) + "]";

    private static string Describe(SinkCommit? record) => record is null
        ? "(none)"
        : $"{record.Pipeline} {record.Id}, rules '{record.Fingerprint}', lanes "
            + string.Join(", ", record.Lanes.Select(lane =>
                $"({lane.Lane} {lane.From?.Name ?? "(none)"} → {lane.To}, watermark {lane.Watermark}, at {string.Join('+', lane.Positions)})"))
            + $", earlier {string.Join(',', record.Earlier)}";
}
