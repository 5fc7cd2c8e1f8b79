namespace Sessionize.Engine.Batch;

/// <summary>Cells that follow one another and whose rows are written together.</summary>
/// <param name="First">The first cell.</param>
/// <param name="Count">The number of cells.</param>
/// <param name="CutAsOne">Whether the cells are cut as if they were one: then users come in the order of their ids through all of them.</param>
internal readonly record struct CellGroup(int First, int Count, bool CutAsOne);
