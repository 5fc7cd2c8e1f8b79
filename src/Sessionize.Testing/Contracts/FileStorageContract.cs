using Sessionize.Storage;
using static Sessionize.Testing.Contracts.FileStorageTrial;

namespace Sessionize.Testing.Contracts;

/// <summary>The contract of <see cref="IFileStorage"/> as tests: run it on a storage of your own with one call.</summary>
/// <example>
/// <code>
/// await FileStorageContract.VerifyAsync(() =>
///     new FileStoragePlace(() => new MyStorage(), $"my://bucket/{Guid.NewGuid():N}"));
/// </code>
/// </example>
public static class FileStorageContract
{
    private const int Racers = 8;
    private const int Rounds = 50;
    private const int Many = 1_050;

    private static readonly string[] s_oddNames =
        ["with space", "per%20cent", "%", "plus+plus", "hash#tag", "ask?=&", "quote\"'", "größe", "ユーザー", "semi;colon", "day=2024-01-01", "[x]{y}", "~tilde", "a\\b", "dot."];

    private static readonly ContractCheck<FileStorageTrial>[] s_checks =
    [
        new("What is not there reads as nothing, opens with an error that names it, and is in no listing.", NothingIsThereAtFirst),
        new("A small file comes back as it was written, by another process.", SmallFilesComeBack),
        new("A large file comes back as it was written, by another process.", LargeFilesComeBack),
        new("A large file is not there before it is complete, and leaves nothing when it never is.", LargeFilesAppearWhole),
        new("A file that is there is not made again, and stays as it is.", AFileIsMadeOnce),
        new("A repeated call recognises its own file.", ARepeatedCallRecognisesItsFile),
        new("Of several that make a file at once one succeeds, and the file is its.", OneOfManyMakesAFile),
        new("A file is replaced whole.", FilesAreReplaced),
        new("A file is read from any position, again and again.", FilesAreReadFromAnyPosition),
        new("Files are deleted, many at once; those that are not there are passed over.", FilesAreDeleted),
        new("A listing has the files at any depth, with their lengths, and none of a folder whose name begins alike.", ListingsAreWhole),
        new("Names are taken as they are.", NamesAreTakenAsTheyAre),
    ];

    /// <summary>Runs all checks.</summary>
    /// <param name="newPlace">Makes a new, empty place; called for every check.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="ContractViolationException">A rule is broken; the message names it, what was expected and what was found.</exception>
    public static async Task VerifyAsync(Func<FileStoragePlace> newPlace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newPlace);
        foreach (ContractCheck<FileStorageTrial> check in s_checks)
        {
            await check.VerifyAsync(() => new FileStorageTrial(newPlace, cancellationToken)).ConfigureAwait(false);
        }
    }

    private static async Task NothingIsThereAtFirst(FileStorageTrial trial)
    {
        await trial.ExpectAsync("missing", null).ConfigureAwait(false);
        await trial.ExpectAsync("a/b/missing", null).ConfigureAwait(false);
        await trial.ExpectListAsync(trial.Folder).ConfigureAwait(false);
        await trial.Open().DeleteAsync([], trial.Token).ConfigureAwait(false);
    }

    private static async Task SmallFilesComeBack(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        foreach (int length in (int[])[0, 1, 65_536, 1_000_000])
        {
            byte[] content = Bytes(length);
            bool isMade = await storage.TryCreateAsync(trial.At($"a/b/made-{length}"), content, trial.Token).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(isMade, "TryCreateAsync of a new name gives True", "False");
            await storage.WriteAsync(trial.At($"c/written-{length}"), content, trial.Token).ConfigureAwait(false);
            await trial.ExpectAsync($"a/b/made-{length}", content).ConfigureAwait(false);
            await trial.ExpectAsync($"c/written-{length}", content).ConfigureAwait(false);
        }
    }

    private static async Task LargeFilesComeBack(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        foreach (int length in (int[])[0, 1, 300_000, 20_000_000, 25_165_824])
        {
            byte[] content = Bytes(length);
            StorageWriter writer = await storage.CreateAsync(trial.At($"data/{length}"), trial.Token).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                for (int at = 0, size = 1; at < length; at += size, size = Math.Min((size * 3) + 1, 5_000_000))
                {
                    await writer.Stream.WriteAsync(content.AsMemory(at, Math.Min(size, length - at)), trial.Token).ConfigureAwait(false);
                }

                await writer.CompleteAsync(trial.Token).ConfigureAwait(false);
            }

            await trial.ExpectAsync($"data/{length}", content).ConfigureAwait(false);
        }
    }

    private static async Task LargeFilesAppearWhole(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        foreach (int length in (int[])[0, 1000, 20_000_000])
        {
            StorageWriter given = await storage.CreateAsync(trial.At($"given/{length}"), trial.Token).ConfigureAwait(false);
            await using (given.ConfigureAwait(false))
            {
                await given.Stream.WriteAsync(Bytes(length), trial.Token).ConfigureAwait(false);
                await given.Stream.FlushAsync(trial.Token).ConfigureAwait(false);
                await trial.ExpectAsync($"given/{length}", null).ConfigureAwait(false);
            }

            await trial.ExpectAsync($"given/{length}", null).ConfigureAwait(false);
            StorageWriter untouched = await storage.CreateAsync(trial.At("untouched"), trial.Token).ConfigureAwait(false);
            await untouched.DisposeAsync().ConfigureAwait(false);
            await untouched.DisposeAsync().ConfigureAwait(false);
        }

        await trial.ExpectListAsync(trial.Folder).ConfigureAwait(false);
    }

    private static async Task AFileIsMadeOnce(FileStorageTrial trial)
    {
        await ExpectMadeAsync(true, trial.Open(), trial.At("f"), "first").ConfigureAwait(false);
        await ExpectMadeAsync(false, trial.Open(), trial.At("f"), "other").ConfigureAwait(false);
        await ExpectMadeAsync(false, trial.Open(), trial.At("f"), "").ConfigureAwait(false);
        await ExpectMadeAsync(false, trial.Open(), trial.At("f"), "first and more").ConfigureAwait(false);
        await trial.ExpectAsync("f", Text("first")).ConfigureAwait(false);

        async Task ExpectMadeAsync(bool expected, IFileStorage storage, string location, string content)
        {
            bool found = await storage.TryCreateAsync(location, Text(content), trial.Token).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(found == expected, $"TryCreateAsync of '{content}' gives {expected}", $"{found}");
        }
    }

    private static async Task ARepeatedCallRecognisesItsFile(FileStorageTrial trial)
    {
        byte[] content = Bytes(100_000);
        for (int call = 0; call < 3; call++)
        {
            bool isMade = await trial.Open().TryCreateAsync(trial.At("f"), content, trial.Token).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(isMade, "the same call again gives True", "False");
        }

        await trial.ExpectAsync("f", content).ConfigureAwait(false);
    }

    private static async Task OneOfManyMakesAFile(FileStorageTrial trial)
    {
        IFileStorage[] racers = [.. Enumerable.Range(0, Racers).Select(_ => trial.Open())];
        for (int round = 0; round < Rounds; round++)
        {
            string name = $"race/{round}";
            bool[] made = await Task.WhenAll(racers.Select((storage, racer) => Task.Run(
                async () => await storage.TryCreateAsync(trial.At(name), Bytes(500 + racer, racer), trial.Token).ConfigureAwait(false), trial.Token)))
                .ConfigureAwait(false);
            int[] winners = [.. Enumerable.Range(0, Racers).Where(racer => made[racer])];
            UnexpectedException.ThrowUnless(winners.Length == 1, "one winner", $"the winners [{string.Join(", ", winners)}] in round {round}");
            await trial.ExpectAsync(name, Bytes(500 + winners[0], winners[0])).ConfigureAwait(false);
        }
    }

    private static async Task FilesAreReplaced(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        foreach (string content in (string[])["a longer one at first", "short", "", "again"])
        {
            await storage.WriteAsync(trial.At("f"), Text(content), trial.Token).ConfigureAwait(false);
            await trial.ExpectAsync("f", Text(content)).ConfigureAwait(false);
        }

        await trial.ExpectListAsync(trial.Folder, (trial.At("f"), 5)).ConfigureAwait(false);
    }

    private static async Task FilesAreReadFromAnyPosition(FileStorageTrial trial)
    {
        byte[] content = Bytes(3_000_000);
        IFileStorage storage = trial.Open();
        await storage.WriteAsync(trial.At("f"), content, trial.Token).ConfigureAwait(false);
        Stream stream = await storage.OpenReadAsync(trial.At("f"), trial.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            UnexpectedException.ThrowUnless(stream.CanSeek && stream.CanRead, "a stream that can seek", "one that cannot");
            Random random = new(7);
            foreach (int start in (int[])[content.Length - 8, 0, content.Length - 70_000, 100, .. Enumerable.Range(0, 40).Select(_ => random.Next(content.Length))])
            {
                byte[] part = new byte[Math.Min(random.Next(400_000), content.Length - start)];
                stream.Seek(start, SeekOrigin.Begin);
                await stream.ReadExactlyAsync(part, trial.Token).ConfigureAwait(false);
                UnexpectedException.ThrowUnless(
                    content.AsSpan(start, part.Length).SequenceEqual(part), $"the bytes from {start} to {start + part.Length}", "others");
                UnexpectedException.ThrowUnless(stream.Position == start + part.Length, $"the position {start + part.Length}", $"{stream.Position}");
            }

            stream.Seek(-1, SeekOrigin.End);
            UnexpectedException.ThrowUnless(stream.ReadByte() == content[^1] && stream.ReadByte() == -1, "the last byte, and the end behind it", "something else");
            stream.Position = 5;
            UnexpectedException.ThrowUnless(stream.ReadByte() == content[5], "the sixth byte", "another");
        }
    }

    private static async Task FilesAreDeleted(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        string[] many = [.. Enumerable.Range(0, Many).Select(number => trial.At($"many/{number}"))];
        await Parallel.ForEachAsync(many, trial.Token, async (location, token) => await storage.WriteAsync(location, Text("x"), token).ConfigureAwait(false))
            .ConfigureAwait(false);
        await storage.WriteAsync(trial.At("many/kept"), Text("kept"), trial.Token).ConfigureAwait(false);

        await storage.DeleteAsync([.. many, trial.At("many/missing"), trial.At("nowhere/missing")], trial.Token).ConfigureAwait(false);
        await trial.ExpectListAsync(trial.Folder, (trial.At("many/kept"), 4)).ConfigureAwait(false);

        await storage.DeleteAsync([trial.At("many/kept")], trial.Token).ConfigureAwait(false);
        await storage.DeleteAsync([trial.At("many/kept")], trial.Token).ConfigureAwait(false);
        await trial.ExpectAsync("many/kept", null).ConfigureAwait(false);
        await storage.WriteAsync(trial.At("many/kept"), Text("again"), trial.Token).ConfigureAwait(false);
        await trial.ExpectAsync("many/kept", Text("again")).ConfigureAwait(false);
    }

    private static async Task ListingsAreWhole(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        foreach (string name in (string[])["a/1", "a/b/22", "a/b/c/333", "ab/4444", "z"])
        {
            await storage.WriteAsync(trial.At(name), Bytes(name.Length), trial.Token).ConfigureAwait(false);
        }

        (string, long)[] inA = [(trial.At("a/1"), 3), (trial.At("a/b/22"), 6), (trial.At("a/b/c/333"), 9)];
        await trial.ExpectListAsync(trial.At("a"), inA).ConfigureAwait(false);
        await trial.ExpectListAsync(trial.At("a/"), inA).ConfigureAwait(false);
        await trial.ExpectListAsync(trial.Folder, [.. inA, (trial.At("ab/4444"), 7), (trial.At("z"), 1)]).ConfigureAwait(false);
        await trial.ExpectListAsync(trial.At("missing")).ConfigureAwait(false);
    }

    private static async Task NamesAreTakenAsTheyAre(FileStorageTrial trial)
    {
        IFileStorage storage = trial.Open();
        foreach (string name in s_oddNames)
        {
            await storage.TryCreateAsync(trial.At($"{name}/{name}"), Text(name), trial.Token).ConfigureAwait(false);
            await trial.ExpectAsync($"{name}/{name}", Text(name)).ConfigureAwait(false);
            await trial.ExpectListAsync(trial.At(name), (trial.At($"{name}/{name}"), Text(name).Length)).ConfigureAwait(false);
        }

        await storage.DeleteAsync([.. s_oddNames.Select(name => trial.At($"{name}/{name}"))], trial.Token).ConfigureAwait(false);
        await trial.ExpectListAsync(trial.Folder).ConfigureAwait(false);
    }
}
