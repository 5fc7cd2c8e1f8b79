using System.Numerics;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes rows as bytes one behind the other, as short as is cheap; <see cref="RowReader"/> reads them. Not thread-safe.</summary>
internal sealed class RowWriter(TextPool texts)
{
    private int[] _pages = [];
    private int[] _reasons = [];

    /// <summary>Begins a batch of rows.</summary>
    public void Begin(SessionBatch rows)
    {
        Grow(ref _pages, rows.PageCount);
        for (int page = 0; page < rows.PageCount; page++)
        {
            _pages[page] = texts.FindOrAdd(rows.Page(page));
        }

        Grow(ref _reasons, rows.EndReasonCount);
        for (int reason = 0; reason < rows.EndReasonCount; reason++)
        {
            _reasons[reason] = texts.FindOrAdd(rows.EndReason(reason));
        }
    }

    /// <summary>Writes a row of the batch that was begun.</summary>
    public void Write(SessionBatch rows, int row, ByteBuffer target)
    {
        ReadOnlySpan<byte> user = rows.User(rows.Users[row]);
        WriteText(target, user);

        // Most ids begin with the user's, which stands there already.
        ReadOnlySpan<byte> id = rows.SessionId(row);
        bool repeatsUser = id.StartsWith(user);
        ReadOnlySpan<byte> rest = repeatsUser ? id[user.Length..] : id;
        target.WriteVarint(((ulong)rest.Length << 1) | (repeatsUser ? 1UL : 0));
        target.Write(rest);

        long start = rows.StartMs[row];
        WriteNumber(target, start);
        WriteNumber(target, unchecked(rows.EndMs[row] - start));
        WriteNumber(target, unchecked(rows.VisitStartMs[row] - start));
        WriteNumber(target, rows.EventCount[row]);
        WriteNumber(target, rows.PageViewCount[row]);
        WriteNumber(target, rows.SessionIndex[row]);
        WriteNumber(target, rows.Revision[row]);
        WriteNumber(target, rows.UserHashBucket[row]);
        WritePooled(target, _reasons[rows.EndReasons[row]], rows.EndReason(rows.EndReasons[row]));
        WritePage(target, rows, rows.EntryPages[row]);
        WritePage(target, rows, rows.ExitPages[row]);
        ReadOnlySpan<int> pages = rows.PagesVisited[(row == 0 ? 0 : rows.PagesVisitedEnds[row - 1])..rows.PagesVisitedEnds[row]];
        target.WriteVarint((ulong)pages.Length);
        foreach (int page in pages)
        {
            WritePooled(target, _pages[page], rows.Page(page));
        }
    }

    private static void WriteText(ByteBuffer target, ReadOnlySpan<byte> text)
    {
        target.WriteVarint((ulong)text.Length);
        target.Write(text);
    }

    /// <summary>Numbers near zero, of either sign, are short.</summary>
    private static void WriteNumber(ByteBuffer target, long value) => target.WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    private void WritePage(ByteBuffer target, SessionBatch rows, int page)
    {
        if (page == SessionBatch.NoPage)
        {
            target.WriteVarint(0);
            return;
        }

        target.WriteVarint(1);
        WritePooled(target, _pages[page], rows.Page(page));
    }

    private static void WritePooled(ByteBuffer target, int number, ReadOnlySpan<byte> text)
    {
        if (number != TextPool.None)
        {
            target.WriteVarint(((ulong)number << 1) | 1);
            return;
        }

        target.WriteVarint((ulong)text.Length << 1);
        target.Write(text);
    }

    private static void Grow(ref int[] array, int count)
    {
        if (array.Length < count)
        {
            array = new int[(int)BitOperations.RoundUpToPowerOf2((uint)count)];
        }
    }
}
