/// Finds a value by the name of its clip; spaces and underscores in class names are the same.
///
/// Clips of Kinetics are found by the first 11 characters where one of the names lacks the time suffix or has another
/// one, provided that only one clip of the class begins so (protocol card).
struct ClipFinder<Value> {
    private var byName: [String: Value] = [:]
    /// Nil where two clips of a class share an identifier.
    private var byIdentifier: [String: Value?] = [:]

    init(_ values: [(name: String, value: Value)]) {
        for (name, value) in values {
            let name = ClassList.folded(name)
            guard byName.updateValue(value, forKey: name) == nil else { continue }
            guard let identifier = ClipFinder.identifier(name) else { continue }
            byIdentifier[identifier] = byIdentifier[identifier] == nil ? .some(value) : .some(nil)
        }
    }

    /// The value of the clip `Class/stem`, or nil.
    subscript(name: String) -> Value? {
        let name = ClassList.folded(name)
        if let value = byName[name] { return value }
        return ClipFinder.identifier(name).flatMap { byIdentifier[$0] ?? nil }
    }

    /// `Class/<11 characters>` for a stem of Kinetics, with or without times.
    private static func identifier(_ name: String) -> String? {
        guard let slash = name.lastIndex(of: "/") else { return nil }
        let stem = String(name[name.index(after: slash)...])
        guard let id = GroupKey.kineticsIdentifier(stem) ?? (stem.utf8.count == 11 ? stem : nil) else { return nil }
        return String(name[...slash]) + id
    }
}
