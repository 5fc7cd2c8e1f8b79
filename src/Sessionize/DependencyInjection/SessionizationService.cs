using Microsoft.Extensions.Hosting;

namespace Sessionize.DependencyInjection;

/// <summary>Runs a pipeline for as long as the host runs.</summary>
internal sealed class SessionizationService(SessionizationPipeline pipeline) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => pipeline.RunAsync(stoppingToken);
}
