using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Sessionize.DependencyInjection;
using Sessionize.Iceberg;
using Sessionize.Kafka;

namespace Sessionize.Cli.Options;

/// <summary>The settings of <c>run</c> from a file and the environment, as a host's configuration has them in the section of a pipeline.</summary>
/// <param name="settings">The file's settings, and the environment's over them.</param>
internal sealed class RunConfiguration(IConfiguration settings)
{
    /// <summary>Begins the names of variables that are settings: <c>SESSIONIZE__KAFKA__TOPIC</c> is <c>Kafka:Topic</c>.</summary>
    public const string VariablePrefix = "SESSIONIZE__";

    /// <summary>Reads a file, if there is one, and the environment.</summary>
    /// <exception cref="SessionizeException">The file cannot be read, or is no JSON.</exception>
    public static RunConfiguration Read(string? file)
    {
        try
        {
            ConfigurationBuilder builder = new();
            if (file is not null)
            {
                builder.AddJsonFile(Path.GetFullPath(file));
            }

            return new RunConfiguration(builder.AddEnvironmentVariables(VariablePrefix).Build());
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or JsonException or UnauthorizedAccessException)
        {
            string reason = (failure.InnerException ?? failure).Message.TrimEnd('.');
            throw new SessionizeException(
                $"--config: '{file}' cannot be used: {reason}. It is a JSON object such as {{\"Kafka\": {{\"Topic\": \"clicks\"}}, \"InactivityTimeout\": \"00:30:00\"}}.", failure);
        }
    }

    /// <summary>Sets what the file and the environment say.</summary>
    /// <returns>A sentence for every setting that cannot be used.</returns>
    public IReadOnlyList<string> ApplyTo(SessionizationOptions options, KafkaOptions kafka, IcebergTableOptions table)
    {
        List<string> mistakes = [];
        HashSet<string> others = new([KafkaOptionsCheck.Section, .. TableConfiguration.Names], StringComparer.OrdinalIgnoreCase);
        OptionsBinding.Bind(settings, others, options, mistakes);
        mistakes.AddRange(KafkaOptionsCheck.Bind(settings.GetSection(KafkaOptionsCheck.Section), kafka));
        mistakes.AddRange(TableConfiguration.Apply(settings, table));
        return mistakes;
    }
}
