using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Sessionize.S3;

/// <summary>What the store, the network or the credentials do wrong, as a sentence with its remedy.</summary>
internal static class S3Failure
{
    /// <summary>Whether there is no such object.</summary>
    public static bool IsMissing(AmazonS3Exception failure) => failure.ErrorCode is "NoSuchKey" or "NotFound" && failure.StatusCode == HttpStatusCode.NotFound;

    /// <summary>Whether an object of the name is there already, as the store has it.</summary>
    public static bool IsTaken(AmazonS3Exception failure) => failure.StatusCode == HttpStatusCode.PreconditionFailed;

    /// <summary>Whether another conditional request for the name was under way: the store asks for the same request again.</summary>
    public static bool IsRaced(AmazonS3Exception failure) =>
        failure.StatusCode == HttpStatusCode.Conflict && failure.ErrorCode is "ConditionalRequestConflict" or "OperationAborted";

    /// <summary>Whether the store does not know conditional writes.</summary>
    public static bool IsNotImplemented(AmazonS3Exception failure) =>
        failure.StatusCode == HttpStatusCode.NotImplemented || failure.ErrorCode is "NotImplemented" or "InvalidArgument";

    /// <summary>Whether the credentials have expired.</summary>
    public static bool IsExpired(AmazonS3Exception failure) => failure.ErrorCode is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired";

    /// <summary>Whether it is a failure of the environment, and not of the program.</summary>
    public static bool IsFailure(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or SocketException or TimeoutException => true,
        AggregateException { InnerException: { } inner } => IsFailure(inner, cancellationToken),
        _ => false,
    };

    /// <summary>The sentence.</summary>
    /// <param name="action">What was done, such as <c>read</c>.</param>
    /// <param name="location">To which place.</param>
    /// <param name="server">The server.</param>
    /// <param name="failure">What was thrown.</param>
    public static SessionizeException Of(string action, string location, string server, Exception failure)
    {
        (string reason, bool isTransient) = Explain(location, server, failure);
        return new SessionizeException($"Cannot {action} '{location}': {reason}", failure, isTransient);
    }

    private static (string Reason, bool IsTransient) Explain(string location, string server, Exception failure) => failure switch
    {
        AmazonS3Exception answer => Explain(location, server, answer),
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } answer => ($"{server} answered {Answer(answer)}. Try again later.", true),
        AmazonServiceException { InnerException: { } cause } when cause is HttpRequestException or IOException or TimeoutException or OperationCanceledException =>
            Unreachable(server, cause),
        AmazonServiceException answer => ($"{server} answered {Answer(answer)}.", false),
        AmazonClientException client when client.Message.Contains("RegionEndpoint", StringComparison.Ordinal) =>
            ("no region is set. Set 'client.region', or the environment variable AWS_REGION.", false),
        AmazonClientException client when client.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) =>
            ("there are no credentials. Set 's3.access-key-id' and 's3.secret-access-key', or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, "
                + "or run where a role gives them.", false),
        AmazonClientException client => (client.Message, false),
        _ => Unreachable(server, failure),
    };

    private static (string Reason, bool IsTransient) Explain(string location, string server, AmazonS3Exception answer) => answer.ErrorCode switch
    {
        "NoSuchBucket" => ($"{server} has no bucket '{S3Location.Parse(location).Bucket}'. Create it, or correct the location.", false),
        "NoSuchKey" or "NotFound" => ("there is no such object. Restore it, or name another.", false),
        "InvalidAccessKeyId" => ($"{server} does not know the access key. Correct 's3.access-key-id'.", false),
        "SignatureDoesNotMatch" => ($"{server} does not accept the signature. Correct 's3.secret-access-key'.", false),
        "RequestTimeTooSkewed" => ("the clock of this machine is wrong. Set it.", false),
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" => ("the session token has expired. Get new credentials.", false),
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
            ($"the bucket is in another region. Correct 'client.region'. {server} answered: {answer.Message}", false),
        "SlowDown" or "RequestTimeout" or "InternalError" or "ServiceUnavailable" or "OperationAborted" or "ConditionalRequestConflict" =>
            ($"{server} answered {Answer(answer)}. Try again later.", true),
        _ when answer.StatusCode >= HttpStatusCode.InternalServerError || answer.StatusCode == HttpStatusCode.TooManyRequests =>
            ($"{server} answered {Answer(answer)}. Try again later.", answer.StatusCode != HttpStatusCode.NotImplemented),
        _ when answer.StatusCode == HttpStatusCode.Forbidden =>
            ($"{server} does not permit it ({Answer(answer)}). Give permission to read, write, delete and list there; "
                + "without that to list, an object that is not there is not permitted either.", false),
        _ when answer.StatusCode == 0 && answer.InnerException is { } cause => Unreachable(server, cause),
        _ => ($"{server} answered {Answer(answer)}.", false),
    };

    private static (string Reason, bool IsTransient) Unreachable(string server, Exception failure) => failure switch
    {
        OperationCanceledException or TimeoutException =>
            ($"{server} did not answer in time. Try again later, or set a longer 's3.request-timeout'.", true),
        _ => ($"{server} cannot be reached, or broke off ({failure.Message.TrimEnd('.')}). Look whether it runs and 's3.endpoint' is right.", true),
    };

    private static string Answer(AmazonServiceException answer) =>
        $"{(int)answer.StatusCode} {answer.ErrorCode}{(string.IsNullOrWhiteSpace(answer.Message) ? "" : $", {answer.Message.Trim().TrimEnd('.')}")}";
}
