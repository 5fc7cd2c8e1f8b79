using Parquet.Meta;

namespace Sessionize.Parquet.Events;

/// <summary>Which columns of a file are the fields of its events.</summary>
/// <param name="UserId">The user id.</param>
/// <param name="Timestamp">The event time.</param>
/// <param name="PageName">The page name, if the file has one.</param>
/// <param name="EventId">The event id, if the file has one.</param>
/// <param name="Retained">The further fields, in the order of their slots.</param>
internal sealed record EventColumns(EventColumn UserId, EventColumn Timestamp, EventColumn? PageName, EventColumn? EventId, EventColumn?[] Retained)
{
    private const int MostNamed = 20;

    /// <summary>The columns, each once.</summary>
    public IReadOnlyList<EventColumn> All { get; } =
        [.. new[] { UserId, Timestamp, PageName, EventId }.Concat(Retained).OfType<EventColumn>().DistinctBy(column => column.Path)];

    /// <summary>Finds the columns.</summary>
    /// <exception cref="SessionizeException">Some are missing, or of a type that is not read; the message lists all of them.</exception>
    public static EventColumns Bind(string path, FileMetaData footer, SessionizationOptions options, EventFields retained)
    {
        SchemaNode root = SchemaNode.Build(footer.Schema);
        List<string> mistakes = [];
        Dictionary<string, EventColumn> made = [];
        EventColumn? user = BindText(options.Fields.UserId, "user id", isNeeded: true);
        EventColumn? time = BindTime(options.Fields.Timestamp);
        EventColumn? page = BindText(options.Fields.PageName, "page name", isNeeded: false);
        EventColumn? id = BindText(options.Fields.EventId, "event id", isNeeded: false);
        EventColumn?[] further = [.. retained.Select(field => BindText(field.Path, "field of a rule", isNeeded: false))];
        return mistakes.Count == 0
            ? new EventColumns(user!, time!, page, id, further)
            : throw new SessionizeException(string.Join(Environment.NewLine, mistakes));

        EventColumn? BindText(string name, string role, bool isNeeded)
        {
            EventColumn? column = BindAny(name, role, isNeeded, out SchemaNode? node);
            if (node is not null && column?.Kind is not (StoredKind.Text or StoredKind.Uuid or StoredKind.Int32 or StoredKind.UInt32 or StoredKind.Int64 or StoredKind.UInt64))
            {
                mistakes.Add($"'{path}': the column '{name}', for the {role}, is {node.TypeName}; it must be text, a whole number or a UUID. Cast it to text when the file is written, or name another column.");
            }

            return column;
        }

        EventColumn? BindTime(string name)
        {
            EventColumn? column = BindAny(name, "event time", isNeeded: true, out SchemaNode? node);
            if (node is not null && column?.Kind is null or StoredKind.Uuid)
            {
                mistakes.Add($"'{path}': the column '{name}', for the event time, is {node?.TypeName}; it must be a timestamp, a whole number of milliseconds since 1970, or text. Cast it to a timestamp when the file is written, or name another column.");
            }
            else if (column?.Kind is StoredKind.Int32 or StoredKind.UInt32 or StoredKind.Int64 or StoredKind.UInt64 && options.TimeFormat != TimeFormat.Milliseconds)
            {
                // A whole number is milliseconds (semantics section 8). To take the option's word for this column, or to pass it over, would each be a guess.
                mistakes.Add($"'{path}': the column '{name}', for the event time, is {node!.TypeName}, which is milliseconds since 1970, but the time format is {options.TimeFormat}. Leave the time format as it is by default, or cast the column to a timestamp when the file is written.");
            }

            return column;
        }

        EventColumn? BindAny(string name, string role, bool isNeeded, out SchemaNode? node)
        {
            node = root;
            foreach (string step in name.Split('.'))
            {
                node = node?.Find(step);
            }

            if (node is null)
            {
                if (isNeeded)
                {
                    string[] there = [.. root.Leaves.Select(leaf => leaf.Path)];
                    string more = there.Length > MostNamed ? $" and {there.Length - MostNamed} more" : "";
                    mistakes.Add($"'{path}' has no column '{name}' for the {role}; it has {string.Join(", ", there.Take(MostNamed))}{more}. Name the column that holds it.");
                }

                return null;
            }

            string key = node.Path;
            if (!made.TryGetValue(key, out EventColumn? column) && EventColumn.TryMake(node) is { } fresh)
            {
                made[key] = column = fresh;
            }

            return column;
        }
    }
}
