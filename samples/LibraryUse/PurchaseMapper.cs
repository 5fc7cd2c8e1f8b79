using System.Globalization;
using Sessionize;

namespace LibraryUse;

/// <summary>Purchases as events, written straight into the batch: no object is made for any of them.</summary>
public sealed class PurchaseMapper : IEventMapper<Purchase>
{
    public void Map(Purchase item, EventBatch batch)
    {
        Span<byte> id = stackalloc byte[11];
        item.CustomerId.TryFormat(id, out int length, provider: CultureInfo.InvariantCulture);
        batch.SetUserId(id[..length]);
        batch.SetTimestampMs(new DateTimeOffset(item.Utc, TimeSpan.Zero).ToUnixTimeMilliseconds());
        batch.SetPageName(item.Shop);
    }
}
