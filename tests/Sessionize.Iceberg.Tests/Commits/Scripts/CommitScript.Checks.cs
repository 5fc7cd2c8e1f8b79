using Sessionize.Iceberg.Commits;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits.Scripts;

internal sealed partial class CommitScript
{
    private bool IsThere(Intent intent) =>
        _catalog.State.Intents.Any(there => ReferenceEquals(there, intent) || (intent.RunId is not null && there.RunId == intent.RunId && Retained(there)));

    private bool Retained(Intent intent) => _catalog.Metadata!.Ancestors().Any(snapshot => intent.Snapshots.Contains(snapshot.Id));

    private void Check(Intent intent)
    {
        switch (intent.Outcome)
        {
            case SinkCommitOutcome.Committed:
                Assert.True(IsThere(intent) || intent.WasDisturbed, $"said to be committed, and is not there: {intent}");
                break;
            case SinkCommitOutcome.Refused:
                Assert.True(intent.Snapshots.Count == 0 || intent.WasDisturbed, $"refused, and is there: {intent}");
                LaneCommit lane = intent.Commit.Lanes[0];
                Assert.NotEqual(lane.From, _catalog.State.Lanes.GetValueOrDefault((intent.Commit.Pipeline, lane.Lane))?.To);
                break;
        }
    }

    private void CheckFiles() =>
        Assert.All(_catalog.Needed(), file => Assert.True(_catalog.Storage.Files.ContainsKey(file), $"{file} is needed and was deleted"));

    /// <summary>Only what gave up, or was expired or rolled back under way, may leave files that nobody needs.</summary>
    /// <remarks>What was refused, too, if the snapshot that it started from can no longer be found among those that led to the current one.</remarks>
    private void CheckOrphans()
    {
        HashSet<string> needed = _catalog.Needed();
        Assert.All(
            _catalog.Storage.Files.Keys.Where(file => !needed.Contains(file) && !file.Contains("/_sessionize/", StringComparison.Ordinal)),
            file => Assert.True(
                !_catalog.Storage.Makers.TryGetValue(file, out Intent? maker) || maker is null || maker.Outcome is null || maker.WasDisturbed
                    || (maker.Outcome == SinkCommitOutcome.Refused && _hasExpired), $"{file} is an orphan of {maker}"));
    }

    private async Task CheckRowsAsync()
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(_catalog, MemoryCatalog.Name, Token);
        List<string> ids = [];
        await foreach (Session row in table.ReadAsync(new SessionQuery(), Token))
        {
            ids.Add(row.SessionId);
        }

        Assert.Equal(_catalog.State.Rows.Keys.Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
    }
}
