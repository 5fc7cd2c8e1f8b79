namespace Sessionize;

/// <summary>Whether a gap of exactly the inactivity timeout stays in the visit.</summary>
public enum GapBoundary
{
    /// <summary>It stays: only a strictly greater gap starts a new visit. As Spark, Flink and Kafka Streams have it; the default.</summary>
    Inclusive,

    /// <summary>It starts a new visit. As Beam, RisingWave, Arroyo and Matomo have it.</summary>
    Exclusive,
}
