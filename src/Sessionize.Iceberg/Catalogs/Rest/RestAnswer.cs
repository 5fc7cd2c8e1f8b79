namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>How a call ended: with an answer, or without one. Immutable.</summary>
internal sealed record RestAnswer
{
    private RestAnswer()
    {
    }

    /// <summary>The status of HTTP; 0 where there is no answer.</summary>
    public int Status { get; private init; }

    /// <summary>The answer's body.</summary>
    public ReadOnlyMemory<byte> Body { get; private init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Why there is no answer.</summary>
    public Exception? Failure { get; private init; }

    /// <summary>Whether trying again helps, where <see cref="Failure"/> is set: a certificate that is not trusted stays so.</summary>
    public bool IsTransient { get; private init; } = true;

    /// <summary>Whether the request may have reached the server.</summary>
    public bool IsSent { get; private init; } = true;

    /// <summary>The server did what it was asked.</summary>
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>The server certainly did nothing, and may do it later.</summary>
    public bool IsNotDoneYet => !IsSent || Status == 429;

    /// <summary>The server may have done it, or may yet do it.</summary>
    public bool IsUnknown => IsSent && (Failure is not null || Status is 408 || (Status >= 500 && Status is not 501));

    /// <summary>The server does not know the caller, or not any more.</summary>
    public bool IsUnauthorized => Status is 401 or 419;

    /// <summary>An answer.</summary>
    public static RestAnswer Of(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) => new() { Status = status, Body = body, RetryAfter = retryAfter };

    /// <summary>The server was not reached.</summary>
    public static RestAnswer NotSent(Exception failure, bool isTransient) => new() { Failure = failure, IsSent = false, IsTransient = isTransient };

    /// <summary>The request went out, and no answer came back.</summary>
    public static RestAnswer Lost(Exception failure) => new() { Failure = failure };
}
