namespace Sessionize.Tests.Documentation;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, relative to the repository.</param>
/// <param name="Line">The line of the opening fence, from 1.</param>
/// <param name="Language">What stands behind the opening fence.</param>
/// <param name="PrintedBy">The sample of a comment <c>&lt;!-- printed by samples/Name --&gt;</c> in the line before the fence, or <see langword="null"/>.</param>
/// <param name="Lines">The lines between the fences.</param>
internal sealed record MarkdownBlock(string Page, int Line, string Language, string? PrintedBy, IReadOnlyList<string> Lines);
