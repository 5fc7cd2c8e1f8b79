using System.IO.Hashing;
using System.Text;

namespace Sessionize.Engine;

/// <summary>Makes strings of texts that come again and again, such as page names: one that was made lately is given again.</summary>
/// <remarks>Safe for use by several threads: at worst a text is made twice.</remarks>
internal sealed class RecentTexts
{
    private const int Slots = 256;

    private readonly string?[] _texts = new string?[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        ref string? slot = ref _texts[(int)(XxHash3.HashToUInt64(utf8) % Slots)];
        string? known = slot;

        // Others than ASCII are never found, and made each time.
        if (known is null || known.Length != utf8.Length || !Ascii.Equals(utf8, known))
        {
            slot = known = Encoding.UTF8.GetString(utf8);
        }

        return known;
    }
}
