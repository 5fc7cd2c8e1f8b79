using Sessionize.Cli;

return await Tool.RunAsync(args).ConfigureAwait(false);
