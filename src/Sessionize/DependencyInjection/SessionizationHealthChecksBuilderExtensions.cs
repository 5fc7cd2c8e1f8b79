using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sessionize.DependencyInjection;

namespace Sessionize;

/// <summary>Adds the health of pipelines to a host's health checks.</summary>
public static class SessionizationHealthChecksBuilderExtensions
{
    /// <summary>The name of the check.</summary>
    public const string HealthCheckName = "sessionize";

    /// <summary>Adds the check <c>sessionize</c>, with the tags <c>ready</c> and <c>sessionize</c>: all pipelines of the host, the worst decides.</summary>
    /// <remarks>
    /// See <see cref="SessionizationHealthStatus"/> for what each status means. The data has, by pipeline, its status, and of each of its lanes the watermark,
    /// the positions and the users that are remembered. It never has a user's id.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="failureStatus">What is reported for an unhealthy pipeline; <see langword="null"/>: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddSessionization(this IHealthChecksBuilder builder, HealthStatus? failureStatus = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        return builder.Add(new HealthCheckRegistration(
            HealthCheckName,
            provider => new SessionizationHealthCheck(PipelinesOf(services, provider)),
            failureStatus,
            ["ready", "sessionize"]));
    }

    /// <summary>The pipelines in the order in which they were added, those included that were added behind the check.</summary>
    private static SessionizationPipeline[] PipelinesOf(IServiceCollection services, IServiceProvider provider) =>
    [
        .. services.Where(service => service.IsKeyedService && service.ServiceType == typeof(SessionizationPipeline))
            .Select(service => provider.GetRequiredKeyedService<SessionizationPipeline>(service.ServiceKey)),
    ];
}
