using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;
using Sessionize.DependencyInjection;
using Xunit;

namespace Sessionize.Tests.DependencyInjection;

public sealed class OptionsBindingTests
{
    private readonly SessionizationOptions _options = new();
    private readonly List<string> _mistakes = [];

    [Fact]
    public void Bind_EveryOption_IsSet()
    {
        Bind("""
            {
              "InactivityTimeout": "00:20:00", "Boundary": "Exclusive", "MaxSessionDuration": "1.00:00:00", "Alignment": "restarting",
              "MaxSessionEvents": 7, "EndOnPages": ["logout", "bye"], "CutAtMidnight": "Europe/Berlin", "MidnightPass": "Session",
              "Ids": "StartTime", "UserHashBuckets": 12, "WatermarkDelay": "00:00:00", "LateEvents": "Drop", "MaxFutureSkew": "00:00:01.500",
              "IdleTimeout": "00:01:00", "MaxCommitDelay": "00:02:00", "MaxLineBytes": 4096, "TimeFormat": "Iso8601",
              "LaneFailures": "ContinueOthers", "State": { "Location": "s3://b/state", "Properties": { "s3.endpoint": "http://localhost:9000" } },
              "Fields": { "UserId": "user.id", "Timestamp": "at", "PageName": "url", "EventId": "key" }
            }
            """);

        Assert.Empty(_mistakes);
        Assert.Equivalent(
            new SessionizationOptions
            {
                InactivityTimeout = TimeSpan.FromMinutes(20),
                Boundary = GapBoundary.Exclusive,
                MaxSessionDuration = TimeSpan.FromDays(1),
                Alignment = MaxDurationAlignment.Restarting,
                MaxSessionEvents = 7,
                EndOnPages = ["logout", "bye"],
                CutAtMidnight = "Europe/Berlin",
                MidnightPass = RulePass.Session,
                Ids = SessionIds.StartTime,
                UserHashBuckets = 12,
                WatermarkDelay = TimeSpan.Zero,
                LateEvents = LateEventPolicy.Drop,
                MaxFutureSkew = TimeSpan.FromSeconds(1.5),
                IdleTimeout = TimeSpan.FromMinutes(1),
                MaxCommitDelay = TimeSpan.FromMinutes(2),
                MaxLineBytes = 4096,
                TimeFormat = TimeFormat.Iso8601,
                LaneFailures = LaneFailurePolicy.ContinueOthers,
                State = new FileStateOptions
                {
                    Location = "s3://b/state",
                    Properties = new Dictionary<string, string> { ["s3.endpoint"] = "http://localhost:9000" },
                },
                Fields = new EventFieldNames { UserId = "user.id", Timestamp = "at", PageName = "url", EventId = "key" },
            },
            _options,
            strict: true);
    }

    [Fact]
    public void Knows_EveryPropertyOfTheOptions_IsBound()
    {
        Assert.All(Properties<SessionizationOptions>(), name => Assert.True(OptionsBinding.Knows(name), name));
        Assert.All((string[])[nameof(FileStateOptions.Location), nameof(FileStateOptions.Properties)], name => Assert.True(OptionsBinding.Knows($"State:{name}"), name));
        Assert.All(Properties<EventFieldNames>(), name => Assert.True(OptionsBinding.Knows($"Fields:{name}"), name));

        static IEnumerable<string> Properties<T>() =>
            typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Bind_NullOrEmpty_IsNone(string none)
    {
        _options.EndOnPages = ["logout"];
        _options.CutAtMidnight = "UTC";
        _options.MaxSessionEvents = 5;
        _options.Ids = SessionIds.StartTime;

        Bind($$"""
            { "InactivityTimeout": {{none}}, "MaxSessionDuration": {{none}}, "MaxSessionEvents": {{none}}, "CutAtMidnight": {{none}}, "Ids": {{none}}, "EndOnPages": [] }
            """);

        Assert.Empty(_mistakes);
        Assert.Null(_options.InactivityTimeout);
        Assert.Null(_options.MaxSessionDuration);
        Assert.Null(_options.MaxSessionEvents);
        Assert.Null(_options.CutAtMidnight);
        Assert.Null(_options.Ids);
        Assert.Empty(_options.EndOnPages);
    }

    [Theory]
    [InlineData("""{ "InactivityTimeout": "30" }""", "InactivityTimeout is '30': give a time as hours, minutes and seconds, such as 00:30:00, or null for none.")]
    [InlineData("""{ "MaxSessionDuration": "24:00:00" }""", "MaxSessionDuration is '24:00:00': give a time as hours, minutes and seconds, such as 02:00:00, or null for none.")]
    [InlineData("""{ "WatermarkDelay": null }""", "WatermarkDelay is null: give a time as hours, minutes and seconds, such as 00:10:00.")]
    [InlineData("""{ "WatermarkDelay": { "Minutes": 3 } }""", "WatermarkDelay is a section: give a time as hours, minutes and seconds, such as 00:10:00.")]
    [InlineData("""{ "Boundary": "2" }""", "Boundary is '2': give one of Inclusive, Exclusive.")]
    [InlineData("""{ "Ids": "Ordinals" }""", "Ids is 'Ordinals': give one of Ordinal, StartTime, or null for none.")]
    [InlineData("""{ "MaxLineBytes": "1 MB" }""", "MaxLineBytes is '1 MB': give a whole number.")]
    [InlineData("""{ "UserHashBuckets": 99999999999 }""", "UserHashBuckets is '99999999999': give a whole number.")]
    [InlineData("""{ "EndOnPages": "logout" }""", "EndOnPages is 'logout': give a list of texts.")]
    [InlineData("""{ "EndOnPages": [{ "Name": "logout" }] }""", "EndOnPages is a section: give a list of texts.")]
    [InlineData("""{ "Fields": "uuid" }""", "Fields is 'uuid': give a section with names of fields, such as Fields:UserId.")]
    [InlineData("""{ "State": "state" }""", "State is 'state': give a section with settings of the state, such as State:Location.")]
    [InlineData("""{ "State": { "Locations": "state" } }""", "State:Locations is no setting: did you mean State:Location?")]
    [InlineData("""{ "State": { "Properties": "x" } }""", "State:Properties is 'x': give a section with names and texts.")]
    [InlineData("""{ "Fields": { "UserID": null } }""", "Fields:UserID is null: give a text.")]
    [InlineData("""{ "Fields": { "User": "u" } }""", "Fields:User is no setting: did you mean Fields:UserId?")]
    [InlineData("""{ "InactivityTimout": "00:30:00" }""", "InactivityTimout is no setting: did you mean InactivityTimeout?")]
    [InlineData("""{ "Kafka": { "Topic": "clicks" } }""", "Kafka is no setting: the settings are Alignment, Boundary, ")]
    public void Bind_WhatCannotBeUsed_IsNamedWithItsRemedy(string json, string mistake)
    {
        Bind(json);

        Assert.StartsWith(mistake, Assert.Single(_mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_SectionOfAPackage_IsLeftToIt()
    {
        Bind("""{ "kafka": { "Topic": "clicks" } }""", "Kafka");

        Assert.Empty(_mistakes);
    }

    private void Bind(string json, params string[] otherSections)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(json));
        OptionsBinding.Bind(
            new ConfigurationBuilder().AddJsonStream(stream).Build(), otherSections.ToHashSet(StringComparer.OrdinalIgnoreCase), _options, _mistakes);
    }
}
