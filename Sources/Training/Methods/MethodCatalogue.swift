import Files

/// The methods that can be asked for by name.
public struct MethodCatalogue: Sendable {
    /// The methods of the kit.
    public static let builtIn = MethodCatalogue([FixMatch.self, Supervised.self])

    /// All methods.
    public let methods: [any Method.Type]

    /// A catalogue of these methods.
    public init(_ methods: [any Method.Type]) { self.methods = methods }

    /// The method called `name`. Throws `UnknownMethod`.
    public func method(named name: String) throws(UnknownMethod) -> any Method.Type {
        guard let method = methods.first(where: { $0.manifest.name == name }) else {
            let names = methods.map { $0.manifest.name }
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
