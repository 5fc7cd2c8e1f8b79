using Sessionize;

namespace CustomRules;

/// <summary>A visitor who comes back through another campaign starts a new visit, as Google Analytics counts.</summary>
public sealed class CampaignStartsVisit() : SessionBoundaryRule("campaign")
{
    private static readonly EventField s_campaign = EventField.Of("utm.campaign");

    public override EventFields Reads => s_campaign;

    public override bool StartsNew(in BoundaryContext context) =>
        context.Current[s_campaign].IsPresent && context.Current[s_campaign] != context.Previous[s_campaign];
}
