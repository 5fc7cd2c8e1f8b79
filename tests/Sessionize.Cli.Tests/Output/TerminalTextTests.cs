using Sessionize.Cli.Output;
using Xunit;

namespace Sessionize.Cli.Tests.Output;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("\u001b[31mred", "\\u{1b}[31mred")]
    [InlineData("a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c")]
    [InlineData("\u009b2J\u007f", "\\u{9b}2J\\u{7f}")]
    [InlineData("abc\u202exyz\u2066", "abc\\u{202e}xyz\\u{2066}")]
    [InlineData("a\u2028b\u200bc\ufeff", "a\\u{2028}b\\u{200b}c\\u{feff}")]
    [InlineData("\U000E0041", "\\u{e0041}")]
    public void Safe_WhatMovesOrHidesText_IsWrittenAsAnEscape(string text, string expected) => Assert.Equal(expected, TerminalText.Safe(text));

    [Fact]
    public void Safe_HalfASurrogatePair_IsTheReplacementCharacter() => Assert.Equal("half \ufffd", TerminalText.Safe("half \ud83d"));

    [Theory]
    [InlineData("/home?q=a b")]
    [InlineData("Fahrkarten · Übersicht")]
    [InlineData("कखग 日本語 😀")]
    [InlineData("[red]markup[/]")]
    public void Safe_VisibleText_StaysAsItIs(string text) => Assert.Equal(text, TerminalText.Safe(text));

    [Theory]
    [InlineData("12345", "12345")]
    [InlineData("123456", "1234…")]
    [InlineData("\u001b[0m", "\\u{1…")]
    [InlineData("123😀5", "123…")]
    public void Safe_LongText_IsCutToItsLength(string text, string expected) => Assert.Equal(expected, TerminalText.Safe(text, 5));

    [Fact]
    public void Safe_MegabyteOfText_IsCut() => Assert.Equal(5, TerminalText.Safe(new string('\u001b', 1 << 20), 5).Length);
}
