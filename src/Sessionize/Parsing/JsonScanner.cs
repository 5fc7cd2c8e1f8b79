using System.Buffers;

namespace Sessionize.Parsing;

/// <summary>Walks one JSON text and checks its grammar (RFC 8259), answering "no" instead of throwing.</summary>
/// <remarks>
/// Our own, because the class library's reader throws for every malformed record: 7 to 8 µs each, where a file of bad lines has to be
/// read at speed. The text has to be valid UTF-8; a fuzz test holds the answers to that reader's.
/// </remarks>
internal ref struct JsonScanner(ReadOnlySpan<byte> json)
{
    /// <summary>Objects and arrays may be nested this deep, the outermost included.</summary>
    public const int MaxDepth = 64;

    private static readonly SearchValues<byte> s_endsRun = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(b => (byte)b)]);

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    public readonly int Position => _at;

    /// <summary>The next byte that is no white space, or 0 at the end; a byte 0 in the text begins nothing.</summary>
    public byte Peek()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            _at++;
        }

        return _at < _json.Length ? _json[_at] : (byte)0;
    }

    /// <summary>Whether nothing is left but white space.</summary>
    public bool TryTakeEnd()
    {
        Peek();
        return _at == _json.Length;
    }

    /// <summary>Takes a byte of punctuation, after white space.</summary>
    public bool TryTake(byte expected)
    {
        if (Peek() != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Takes a string that begins here.</summary>
    /// <param name="text">The bytes between the quotes, escapes as they stand.</param>
    /// <param name="hasEscapes">Whether there are escapes.</param>
    public bool TryTakeString(out ReadOnlySpan<byte> text, out bool hasEscapes)
    {
        text = default;
        hasEscapes = false;
        if (!TryTake((byte)'"'))
        {
            return false;
        }

        int start = _at;
        while (true)
        {
            int run = _json[_at..].IndexOfAny(s_endsRun);
            if (run < 0)
            {
                return false;
            }

            _at += run;
            switch (_json[_at++])
            {
                case (byte)'"':
                    text = _json[start..(_at - 1)];
                    return true;
                case (byte)'\\' when TryTakeEscape():
                    hasEscapes = true;
                    break;
                default:
                    return false;
            }
        }
    }

    /// <summary>Takes a number that begins here.</summary>
    /// <param name="isInteger">Whether it has neither fraction nor exponent.</param>
    public bool TryTakeNumber(out bool isInteger)
    {
        isInteger = true;
        if (_at < _json.Length && _json[_at] == '-')
        {
            _at++;
        }

        if (_at < _json.Length && _json[_at] == '0')
        {
            _at++;
        }
        else if (!TryTakeDigits())
        {
            return false;
        }

        if (_at < _json.Length && _json[_at] == '.')
        {
            _at++;
            isInteger = false;
            if (!TryTakeDigits())
            {
                return false;
            }
        }

        if (_at < _json.Length && _json[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            isInteger = false;
            if (_at < _json.Length && _json[_at] is (byte)'+' or (byte)'-')
            {
                _at++;
            }

            if (!TryTakeDigits())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes any value without looking at what is in it.</summary>
    /// <param name="depth">How deep the value is nested, from 1.</param>
    public bool TrySkipValue(int depth)
    {
        switch (Peek())
        {
            case (byte)'"':
                return TryTakeString(out _, out _);
            case (byte)'{':
                return TrySkipObject(depth);
            case (byte)'[':
                return TrySkipArray(depth);
            case (byte)'t':
                return TryTakeLiteral("true"u8);
            case (byte)'f':
                return TryTakeLiteral("false"u8);
            case (byte)'n':
                return TryTakeLiteral("null"u8);
            default:
                return TryTakeNumber(out _);
        }
    }

    private bool TrySkipObject(int depth)
    {
        _at++;
        if (depth > MaxDepth)
        {
            return false;
        }

        if (TryTake((byte)'}'))
        {
            return true;
        }

        do
        {
            if (!TryTakeString(out _, out _) || !TryTake((byte)':') || !TrySkipValue(depth + 1))
            {
                return false;
            }
        }
        while (TryTake((byte)','));

        return TryTake((byte)'}');
    }

    private bool TrySkipArray(int depth)
    {
        _at++;
        if (depth > MaxDepth)
        {
            return false;
        }

        if (TryTake((byte)']'))
        {
            return true;
        }

        do
        {
            if (!TrySkipValue(depth + 1))
            {
                return false;
            }
        }
        while (TryTake((byte)','));

        return TryTake((byte)']');
    }

    private bool TryTakeLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_json[_at..].StartsWith(literal))
        {
            return false;
        }

        _at += literal.Length;
        return true;
    }

    private bool TryTakeDigits()
    {
        int start = _at;
        while (_at < _json.Length && _json[_at] is >= (byte)'0' and <= (byte)'9')
        {
            _at++;
        }

        return _at > start;
    }

    private bool TryTakeEscape()
    {
        if (_at == _json.Length)
        {
            return false;
        }

        switch (_json[_at++])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return true;
            case (byte)'u':
                for (int i = 0; i < 4; i++)
                {
                    if (_at == _json.Length || !char.IsAsciiHexDigit((char)_json[_at++]))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }
}
