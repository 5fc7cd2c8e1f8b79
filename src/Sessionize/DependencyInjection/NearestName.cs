namespace Sessionize.DependencyInjection;

/// <summary>Finds the name that somebody meant who misspelt it.</summary>
internal static class NearestName
{
    /// <returns>The nearest of the names; <see langword="null"/> when more than every second letter would have to be changed.</returns>
    public static string? Of(string text, IEnumerable<string> names) =>
        names.Select(name => (Name: name, Distance: Distance(text.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(near => near.Distance * 2 <= near.Name.Length)
            .OrderBy(near => near.Distance)
            .Select(near => near.Name)
            .FirstOrDefault();

    /// <summary>How many letters have to be added, taken away or replaced (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        int[] distances = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = distances[0];
            distances[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = distances[j];
                distances[j] = Math.Min(replaced, Math.Min(distances[j], distances[j - 1]) + 1);
            }
        }

        return distances[^1];
    }
}
