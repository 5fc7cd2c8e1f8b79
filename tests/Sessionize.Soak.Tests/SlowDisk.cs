namespace Sessionize.Soak.Tests;

/// <summary>Makes the flushes of a process slow, as a busy disk does.</summary>
internal static class SlowDisk
{
    /// <summary>What stands before the command. The tracer is a child of the process, so that a signal to the process meets the process.</summary>
    public static string[] Prefix =>
        ["strace", "-D", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=60000"];
}
