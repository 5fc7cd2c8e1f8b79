// A host with a rule of its own: events of a file to sessions in Parquet.
using CustomRule;
using Sessionize;

if (args is not [var events, var sessions])
{
    Console.Error.WriteLine("CustomRule EVENTS SESSIONS");
    return 2;
}

SessionizationDefinition definition = SessionizationDefinition.Build(pipeline => pipeline
    .FromFiles(events)
    .AddRule<LogoutEndsVisit>()
    .ToParquetFile(sessions, overwrite: true));
await new BatchSessionizer(definition).RunAsync().ConfigureAwait(false);
return 0;
