namespace Sessionize.Kafka;

/// <summary>What happens when the topic no longer has the records that come next: deleted by its retention, or with the topic.</summary>
public enum KafkaDataLoss
{
    /// <summary>The pipeline stops and names the missing range. The default: nothing is lost without somebody's word.</summary>
    Stop,

    /// <summary>The missing records are counted and logged, and reading goes on with the first one that is there.</summary>
    Continue,
}
