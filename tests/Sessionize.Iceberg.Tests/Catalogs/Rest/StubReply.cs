namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>What a <see cref="RestStub"/> answers.</summary>
internal sealed record StubReply(int Status, string Body)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Whether the connection breaks instead.</summary>
    public bool IsBroken { get; init; }

    /// <summary>What the answer waits for.</summary>
    public Task Until { get; init; } = Task.CompletedTask;

    /// <summary>The connection breaks when the call was read.</summary>
    public static StubReply Broken { get; } = new(0, "") { IsBroken = true };

    /// <summary>An error as Iceberg's servers say it.</summary>
    public static StubReply Error(int status, string type, string message) =>
        new(status, $$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}","code":{{{status}}}}}""");
}
