namespace Sessionize.Tests.Parsing;

/// <summary>A line of an event.</summary>
internal static class SampleLine
{
    public static string Of(string user, string page) => $$"""{"uuid":"{{user}}","event_timestamp":1714986000000,"page_name":"{{page}}"}""";
}
