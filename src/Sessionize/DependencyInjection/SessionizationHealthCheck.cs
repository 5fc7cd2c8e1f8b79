using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sessionize.DependencyInjection;

/// <summary>Reports all pipelines of a host as one check: the worst of them decides.</summary>
internal sealed class SessionizationHealthCheck(IReadOnlyList<SessionizationPipeline> pipelines) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        SessionizationHealthStatus worst = SessionizationHealthStatus.Healthy;
        List<string> findings = [];
        SortedDictionary<string, object> data = new(StringComparer.Ordinal);
        foreach (SessionizationPipeline pipeline in pipelines)
        {
            SessionizationHealth health = pipeline.Health;
            worst = health.Status > worst ? health.Status : worst;
            findings.AddRange(health.Findings.Select(finding => $"{pipeline.Name}: {finding}"));
            data[pipeline.Name] = health.Status.ToString();
            foreach (LaneHealth lane in health.Lanes)
            {
                AddLane(data, $"{pipeline.Name}.lane.{lane.Lane}", lane);
            }
        }

        HealthStatus status = worst switch
        {
            SessionizationHealthStatus.Healthy => HealthStatus.Healthy,
            SessionizationHealthStatus.Degraded => HealthStatus.Degraded,
            _ => context.Registration.FailureStatus,
        };
        return Task.FromResult(new HealthCheckResult(status, findings.Count > 0 ? string.Join(" ", findings) : null, exception: null, data));
    }

    private static void AddLane(SortedDictionary<string, object> data, string prefix, LaneHealth lane)
    {
        if (lane.Watermark is { } watermark)
        {
            data[prefix + ".watermark"] = watermark;
        }

        data[prefix + ".open_users"] = lane.OpenUsers;
        data[prefix + ".positions"] = string.Join(
            ", ", lane.Positions.Select(position => string.Create(CultureInfo.InvariantCulture, $"{position.Key}={position.Value}")));
    }
}
