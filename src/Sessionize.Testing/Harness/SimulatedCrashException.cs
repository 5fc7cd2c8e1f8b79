namespace Sessionize.Testing.Harness;

/// <summary>The process is gone: thrown by every call from the crash on.</summary>
internal sealed class SimulatedCrashException() : Exception("The simulated process has crashed.");
