using System.Text;

namespace Sessionize.Parsing;

/// <summary>The fields that are read, as a tree of the steps of their paths.</summary>
internal sealed class FieldNode
{
    private readonly List<FieldNode> _children = [];

    private FieldNode(string name) => Name = Encoding.UTF8.GetBytes(name);

    /// <summary>The step's name.</summary>
    public byte[] Name { get; }

    /// <summary>The targets whose path ends here: several where several fields have one path.</summary>
    public List<int> Targets { get; } = [];

    /// <summary>The targets whose path ends here or below.</summary>
    public List<int> Covered { get; } = [];

    public bool HasChildren => _children.Count > 0;

    /// <summary>Builds the tree.</summary>
    /// <param name="paths">The path of each target, names joined by dots.</param>
    public static FieldNode Build(IEnumerable<string> paths)
    {
        FieldNode root = new("");
        int target = 0;
        foreach (string path in paths)
        {
            FieldNode node = root;
            foreach (string step in path.Split('.'))
            {
                node = node.FindOrAdd(step);
                node.Covered.Add(target);
            }

            node.Targets.Add(target++);
        }

        return root;
    }

    /// <summary>The child of a name, its escapes resolved; <see langword="null"/> when nobody reads it.</summary>
    public FieldNode? Find(ReadOnlySpan<byte> name)
    {
        foreach (FieldNode child in _children)
        {
            if (name.SequenceEqual(child.Name))
            {
                return child;
            }
        }

        return null;
    }

    private FieldNode FindOrAdd(string step)
    {
        FieldNode? child = Find(Encoding.UTF8.GetBytes(step));
        if (child is null)
        {
            child = new FieldNode(step);
            _children.Add(child);
        }

        return child;
    }
}
