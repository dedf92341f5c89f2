import Files

/// The classes of a data set in index order.
public struct ClassList: Sendable, Equatable {
    /// The names; the position is the label.
    public let names: [String]
    private let indices: [String: Int]

    /// The classes in index order. A name that stands twice keeps its first index.
    public init(_ names: [String]) {
        self.names = names
        indices = Dictionary(names.enumerated().map { (ClassList.folded($1), $0) }) { first, _ in first }
    }

    /// The distinct names of `labels`, by number where all are whole numbers, else bytewise: the same on every machine.
    public init(sorting labels: some Sequence<String>) {
        let distinct = Set(labels)
        let numbers = distinct.compactMap { Int($0) }
        if numbers.count == distinct.count {
            self.init(distinct.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) })
        } else {
            self.init(distinct.sorted(by: precedesBytewise))
        }
    }

    /// Reads a class index: one class a line in index order, with or without a leading number (`1 ApplyEyeMakeup`).
    public init(contentsOf path: String) throws(DataSetError) {
        let lines = try TextLines.of(path).map(\.text).filter { !$0.isEmpty }
        self.init(
            lines.map { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                return parts.count == 2 && Int(parts[0]) != nil ? String(parts[1]) : line
            })
        guard indices.count == names.count else {
            throw .malformedList(path: path, line: nil, reason: "a class stands in it twice; keep one line a class")
        }
    }

    /// How many classes there are.
    public var count: Int { names.count }

    /// The label of the class; spaces and underscores are the same here, as they are in the folders of Kinetics.
    public func index(of name: String) -> Int? { indices[ClassList.folded(name)] }

    /// The name of the class with this label.
    public subscript(label: Int) -> String { names[label] }

    /// A class name with spaces as underscores.
    static func folded(_ name: String) -> String {
        name.utf8.contains(UInt8(ascii: " ")) ? String(name.map { $0 == " " ? "_" : $0 }) : name
    }
}

/// The order of the UTF-8 bytes, which no locale changes.
func precedesBytewise(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
