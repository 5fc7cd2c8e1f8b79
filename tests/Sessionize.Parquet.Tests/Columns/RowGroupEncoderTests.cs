using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Columns;

public sealed class RowGroupEncoderTests
{
    [Property(MaxTest = 150)]
    public Property Encode_HostileSessions_ReadBackEqual() => Prop.ForAll(
        HostileSessions.Arbitrary, Options(), Gen.Choose(1, 50).ToArbitrary(), (sessions, options, rows) =>
        {
            (byte[] file, _) = SessionFiles.Write(sessions.Chunk(rows), options);
            Assert.Equal(sessions, ReadSessions.Of(file));
        });

    private static Arbitrary<ParquetSessionOptions> Options() =>
        (from compression in Gen.Elements(ParquetCompression.Zstd, ParquetCompression.None)
         from rows in Gen.Elements(1, 3, 8, 9, 20_000)
         from bytes in Gen.Elements(1024, 1 << 20)
         select new ParquetSessionOptions { Compression = compression, PageRows = rows, PageBytes = bytes }).ToArbitrary();
}
