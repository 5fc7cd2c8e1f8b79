using System.Diagnostics;
using Sessionize.Engine;

namespace Sessionize.Diagnostics;

/// <summary>The span of a commit. It is the current one while sink and store work, so that their calls to catalogs and object stores become its children.</summary>
internal static class CommitActivity
{
    private const string Name = "sessionize.commit";

    private static readonly ActivitySource s_source =
        new(SessionizationPipeline.ActivitySourceName, typeof(CommitActivity).Assembly.GetName().Version?.ToString(3));

    /// <returns>The span; <see langword="null"/>: nobody listens.</returns>
    public static Activity? Start(CommitBarrier barrier)
    {
        if (s_source.StartActivity(Name) is not { } activity)
        {
            return null;
        }

        activity.SetTag(PipelineReadings.PipelineTag, barrier.Commit.Pipeline);
        activity.SetTag("sessionize.commit.id", barrier.Commit.Id.ToString());
        activity.SetTag("sessionize.commit.lanes", barrier.Commit.Lanes.Count);
        activity.SetTag("sessionize.commit.rows", barrier.Closed.Count);
        activity.SetTag("sessionize.commit.dead_letters", barrier.DeadLetters.Count);
        return activity;
    }

    public static void End(Activity? activity, string outcome, Exception? failure)
    {
        activity?.SetTag("outcome", outcome);
        if (failure is not null)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            activity?.AddException(failure);
        }
    }
}
