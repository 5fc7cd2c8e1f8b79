using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>Gives the texts of a column of sessions, row by row. Keeps the last date, so it is not thread-safe.</summary>
internal sealed class TextSource(SessionColumn column)
{
    /// <summary>The number of a text that has none.</summary>
    public const int NoNumber = -2;

    private readonly byte[] _date = new byte[DateTexts.TextBytes];
    private int _day = int.MinValue;

    /// <summary>Whether a row may have none.</summary>
    public bool MayBeNull => column is SessionColumn.EntryPage or SessionColumn.ExitPage;

    /// <summary>Whether a column has texts that can be read here.</summary>
    public static bool Has(SessionColumn column) => column is SessionColumn.Uuid or SessionColumn.SessionId or SessionColumn.EntryPage
        or SessionColumn.ExitPage or SessionColumn.EndReason or SessionColumn.SessionDate;

    /// <summary>Begins a batch of rows.</summary>
    public void Begin() => _day = int.MinValue;

    /// <summary>The number that a row's text has in its batch, so that equal neighbours are known without comparing.</summary>
    public int NumberOf(SessionBatch rows, int row) => column switch
    {
        SessionColumn.Uuid => rows.Users[row],
        SessionColumn.EntryPage => rows.EntryPages[row],
        SessionColumn.ExitPage => rows.ExitPages[row],
        SessionColumn.EndReason => rows.EndReasons[row],
        SessionColumn.SessionDate => ConvertedColumnEncoder.DayOf(rows.StartMs[row]),
        _ => NoNumber,
    };

    /// <summary>Reads a row's text.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="row">The row.</param>
    /// <param name="text">The text; valid until the next call.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryRead(SessionBatch rows, int row, out ReadOnlySpan<byte> text)
    {
        switch (column)
        {
            case SessionColumn.Uuid:
                text = rows.User(rows.Users[row]);
                return true;
            case SessionColumn.SessionId:
                text = rows.SessionId(row);
                return true;
            case SessionColumn.EndReason:
                text = rows.EndReason(rows.EndReasons[row]);
                return true;
            case SessionColumn.SessionDate:
                text = Date(rows.StartMs[row]);
                return true;
            default:
                int page = column == SessionColumn.EntryPage ? rows.EntryPages[row] : rows.ExitPages[row];
                text = page == SessionBatch.NoPage ? default : rows.Page(page);
                return page != SessionBatch.NoPage;
        }
    }

    private ReadOnlySpan<byte> Date(long startMs)
    {
        int day = ConvertedColumnEncoder.DayOf(startMs);
        if (day != _day)
        {
            DateTimeOffset.FromUnixTimeMilliseconds(startMs).TryFormat(_date, out _, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            _day = day;
        }

        return _date;
    }
}
