using Sessionize.Testing.Laws;
using Xunit;

namespace Sessionize.Testing.Tests.Laws;

public sealed class LawCaseTests
{
    [Fact]
    public void Without_OfOneEventObjectThatIsLateTheSecondTime_KeepsTheFirst()
    {
        ClickstreamEvent twice = new("ada", Timeline.DefaultOrigin, "home");
        LawCase tried = new(new SessionizationDefinition(), [twice, new("ada", Timeline.DefaultOrigin.AddHours(5)), twice], DeliveryScript.Quiet);

        IReadOnlyList<Session> streamed = tried.Stream(tried.Events, tried.Script, out IReadOnlyList<ClickstreamEvent> late);

        Assert.Equal([twice], late);
        Assert.Equal(tried.Events[..2], tried.Without(late));
        Assert.Equal(tried.Oracle(tried.Without(late)), streamed);
    }

    [Fact]
    public void With_OfEventsThatRepeatAnObject_CopiesThemToo()
    {
        ClickstreamEvent twice = new("ada", Timeline.DefaultOrigin);
        LawCase tried = new LawCase(new SessionizationDefinition(), [], DeliveryScript.Quiet) with { Events = [twice, twice] };

        Assert.Equal([tried.Events[0]], tried.Without([tried.Events[1]]));
    }
}
