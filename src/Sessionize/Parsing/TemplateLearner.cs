namespace Sessionize.Parsing;

/// <summary>Finds the shape of a line that <see cref="JsonEventParser"/> has accepted.</summary>
/// <param name="parser">Knows which fields are read.</param>
internal sealed class TemplateLearner(JsonEventParser parser)
{
    /// <summary>The most values that a template may have.</summary>
    public const int MaxVariables = 512;

    // Beyond this a template would be slow to compare and large to keep; such lines are left to the parser.
    private const int MaxBytes = 16 * 1024;
    private const int MaxDigits = ByteVectors.Width;

    private readonly List<byte> _bytes = [];
    private readonly List<VariableKind> _variables = [];
    private readonly List<int> _depths = [];

    // For each open object what is read in it, if anything.
    private readonly Stack<FieldNode?> _open = new();

    /// <summary>Finds the shape.</summary>
    /// <param name="record">The line without its end: one valid JSON object.</param>
    /// <param name="lineEnd">What ends the line.</param>
    /// <param name="values">What the parser found in it, for each field that is read.</param>
    /// <param name="isLoose">Whether an object in which nothing is read is a value as a whole; else its members are part of the shape.</param>
    /// <returns><see langword="null"/> when the line is too large for a template.</returns>
    public LineSkeleton? Learn(ReadOnlySpan<byte> record, ReadOnlySpan<byte> lineEnd, ReadOnlySpan<FieldValue> values, bool isLoose)
    {
        _bytes.Clear();
        _variables.Clear();
        _depths.Clear();
        _open.Clear();

        // Unless a value is found for it below: then what is there is an object, which is no value of a template.
        int[] bindings = new int[values.Length];
        for (int field = 0; field < values.Length; field++)
        {
            bindings[field] = values[field].Kind == FieldKind.Absent ? LineSkeleton.Absent : LineSkeleton.Other;
        }

        FieldNode? member = parser.Root;
        bool isAfterColon = false;
        for (int at = 0; at < record.Length;)
        {
            byte first = record[at];
            int length = 1;
            switch (first)
            {
                case (byte)'{' when !isAfterColon || !(isLoose && IsUnread(member)):
                    _open.Push(member);
                    isAfterColon = false;
                    break;
                case (byte)'}':
                    _open.Pop();
                    break;
                case (byte)':':
                    isAfterColon = true;
                    break;
                case (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r':
                    break;
                default:
                    length = LengthOfValue(record[at..]);
                    if (isAfterColon)
                    {
                        Bind(values, bindings, first == '"' ? at + 1 : at);
                        AddVariable(record.Slice(at, length), isLoose && IsUnread(member));
                        isAfterColon = false;
                        at += length;
                        continue;
                    }

                    member = _open.Peek() is { } node ? JsonEventParser.FindChild(node, record.Slice(at + 1, length - 2)) : null;
                    break;
            }

            _bytes.AddRange(record.Slice(at, length));
            if (_bytes.Count > MaxBytes || _variables.Count > MaxVariables)
            {
                return null;
            }

            at += length;
        }

        _bytes.AddRange(lineEnd);
        return new LineSkeleton([.. _bytes], [.. _variables], [.. _depths], bindings);
    }

    private static bool IsUnread(FieldNode? node) => node is null || !node.HasChildren;

    private static int LengthOfValue(ReadOnlySpan<byte> rest)
    {
        JsonScanner scanner = new(rest);
        scanner.TrySkipValue(depth: 1);
        return scanner.Position;
    }

    private void Bind(ReadOnlySpan<FieldValue> values, int[] bindings, int start)
    {
        for (int field = 0; field < values.Length; field++)
        {
            if (values[field].Start == start)
            {
                bindings[field] = _variables.Count;
            }
        }
    }

    private void AddVariable(ReadOnlySpan<byte> value, bool isUnread)
    {
        _variables.Add(
            value[0] == '"' ? VariableKind.Text
            : value[0] == '{' && isUnread ? VariableKind.AnyUnread
            : value.Length <= MaxDigits && value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? VariableKind.Digits
            : VariableKind.Any);
        _depths.Add(_open.Count + 1);
        _bytes.Add(LineSkeleton.Mark);
    }
}
