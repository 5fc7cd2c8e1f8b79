namespace Sessionize;

/// <summary>The kinds of <see cref="EndClosing"/>.</summary>
public enum EndClosingKind
{
    /// <summary>Open sessions stay in the state.</summary>
    LeaveOpen,

    /// <summary>Sessions close that are due by the start of the run.</summary>
    CloseDue,

    /// <summary>All sessions close.</summary>
    CloseAll,
}
