namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>What a <see cref="RestStub"/> was asked.</summary>
internal sealed record StubCall(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>A header; <see langword="null"/> where there is none.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
