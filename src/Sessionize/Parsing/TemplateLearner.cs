namespace Sessionize.Parsing;

/// <summary>Finds the shape of a line that <see cref="JsonEventParser"/> has accepted.</summary>
internal static class TemplateLearner
{
    // Beyond these a template would be slow to compare and large to keep; such lines are left to the parser.
    private const int MaxVariables = 512;
    private const int MaxBytes = 16 * 1024;
    private const int MaxDigits = ByteVectors.Width - 1;

    /// <summary>Finds the shape.</summary>
    /// <param name="record">The line without its end: one valid JSON object.</param>
    /// <param name="lineEnd">What ends the line.</param>
    /// <param name="values">What the parser found in it, for each field that is read.</param>
    /// <returns><see langword="null"/> when the line is too large for a template.</returns>
    public static LineSkeleton? Learn(ReadOnlySpan<byte> record, ReadOnlySpan<byte> lineEnd, ReadOnlySpan<FieldValue> values)
    {
        List<byte> bytes = new(Math.Min(record.Length, MaxBytes));
        List<VariableKind> variables = [];
        List<int> depths = [];
        int[] bindings = new int[values.Length];
        for (int field = 0; field < values.Length; field++)
        {
            // A value without a place is an object that was gone into, or nothing at all. One with a place that is no variable is an object, too.
            bindings[field] = values[field].Kind == FieldKind.Absent && values[field].Start == 0 ? LineSkeleton.Absent : LineSkeleton.Other;
        }

        int depth = 0;
        bool isValue = false;
        for (int at = 0; at < record.Length;)
        {
            byte first = record[at];
            bool isToken = first is not ((byte)'{' or (byte)'}' or (byte)',' or (byte)':' or (byte)' ' or (byte)'\t' or (byte)'\r');
            int length = 1;
            if (isToken)
            {
                JsonScanner scanner = new(record[at..]);
                scanner.TrySkipValue(depth + 1);
                length = scanner.Position;
            }
            else
            {
                depth += first == '{' ? 1 : first == '}' ? -1 : 0;
                isValue = first == ':' || (isValue && first is (byte)' ' or (byte)'\t' or (byte)'\r');
            }

            if (isToken && isValue)
            {
                Bind(values, bindings, first == '"' ? at + 1 : at, variables.Count);
                variables.Add(KindOf(record.Slice(at, length)));
                depths.Add(depth + 1);
                bytes.Add(LineSkeleton.Mark);
                isValue = false;
            }
            else
            {
                bytes.AddRange(record.Slice(at, length));
            }

            if (bytes.Count > MaxBytes || variables.Count > MaxVariables)
            {
                return null;
            }

            at += length;
        }

        bytes.AddRange(lineEnd);
        return new LineSkeleton([.. bytes], [.. variables], [.. depths], bindings);
    }

    private static void Bind(ReadOnlySpan<FieldValue> values, int[] bindings, int start, int variable)
    {
        for (int field = 0; field < values.Length; field++)
        {
            if (values[field].Start == start)
            {
                bindings[field] = variable;
            }
        }
    }

    private static VariableKind KindOf(ReadOnlySpan<byte> value) =>
        value[0] == '"' ? VariableKind.Text
        : value.Length <= MaxDigits && value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? VariableKind.Digits
        : VariableKind.Any;
}
