using Sessionize.Iceberg.Racer;

return await Race.RunAsync(RaceOptions.Read(args), Console.Out).ConfigureAwait(false);
