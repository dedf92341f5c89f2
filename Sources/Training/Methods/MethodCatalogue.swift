import Files

/// The methods that can be asked for by name.
public enum MethodCatalogue {
    /// The methods of the kit.
    public static let builtIn: [any Method.Type] = [FixMatch.self, Supervised.self]

    /// The method called `name`. Throws `UnknownMethod`.
    public static func method(named name: String) throws(UnknownMethod) -> any Method.Type {
        guard let method = builtIn.first(where: { $0.manifest.name == name }) else {
            let names = builtIn.map { $0.manifest.name }
            throw UnknownMethod(name: name, known: names, nearest: NearestName.likely(name, among: names))
        }
        return method
    }
}

/// A method that is not there.
public struct UnknownMethod: ReportedError, Equatable {
    /// What was asked for, what there is, and what was perhaps meant.
    public let name: String, known: [String], nearest: String?
    public var exitCode: ExitCode { .unavailable }
    public var description: String {
        "method=\(name): there is no such method, known are \(known.joined(separator: ", "))"
            + (nearest.map { "; did you mean \($0)?" } ?? "")
    }
}
