namespace Sessionize.Soak.Tests;

/// <summary>What a soak does to processes and servers.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL for one process.</summary>
    Kill,

    /// <summary>SIGKILL for all processes at once.</summary>
    KillAll,

    /// <summary>SIGTERM for one process.</summary>
    Terminate,

    /// <summary>SIGSTOP for longer than the group waits, then SIGCONT: it goes on as if it had its lanes.</summary>
    Zombie,

    /// <summary>The broker is killed, and starts again.</summary>
    BrokerKill,

    /// <summary>The broker is stopped in order, and starts again.</summary>
    BrokerRestart,

    /// <summary>The broker hangs for some seconds.</summary>
    BrokerHang,

    /// <summary>The catalog stops, and starts again.</summary>
    CatalogRestart,

    /// <summary>The catalog's next commits fail: before or after they were made.</summary>
    CatalogFault,

    /// <summary>The S3 server stops, and starts again.</summary>
    StorageRestart,

    /// <summary>The S3 server hangs for some seconds.</summary>
    StorageHang,
}
