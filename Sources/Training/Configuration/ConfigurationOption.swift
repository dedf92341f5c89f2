import Files

/// Everything that is known about one option: the single source of help, validation, YAML, `key=value` and `run.json`.
public struct OptionDeclaration: Sendable {
    /// The dotted name: `optimizer.learningRate`.
    public let name: String
    /// What has to be written, in words.
    public let expectation: String
    /// The range of a number, in words; nil where the type says all.
    public let allowed: String?
    /// The value when nobody says anything.
    public let defaultValue: JSON
    /// The unit of a number, in words; nil for counts and pure numbers.
    public let unit: String?
    /// One sentence.
    public let help: String
    /// False for options that change speed or bookkeeping only: a run may be resumed with another value.
    public let changesResults: Bool

    /// The value in JSON; throws when the input is no allowed value.
    let check: @Sendable (ConfigurationInput) throws(OptionProblem) -> JSON
}

/// Why an input is no value of an option.
enum OptionProblem: Error {
    case wrongType
    case outOfRange
}

/// Options that belong together, as a struct whose properties hold the values and, when freshly made, the defaults.
///
/// ```swift
/// struct QueueOptions: ConfigurationGroup {
///     var length = 4096
///     static let options: [ConfigurationOption<Self>] = [
///         .init("method.queue", \.length, in: 0...1_000_000, unit: "clips", help: "Negatives that are kept.")
///     ]
/// }
/// ```
public protocol ConfigurationGroup: Sendable {
    /// The defaults.
    init()
    /// One declaration for every property.
    static var options: [ConfigurationOption<Self>] { get }
    /// What is wrong with values that are each allowed but do not fit together. Default: nothing.
    var conflicts: [String] { get }
}

extension ConfigurationGroup {
    /// Nothing.
    public var conflicts: [String] { [] }
}

/// The declaration of one property of `Group` as an option.
public struct ConfigurationOption<Group: ConfigurationGroup>: Sendable {
    /// The declaration without its group.
    public let declaration: OptionDeclaration
    let assign: @Sendable (inout Group, ConfigurationInput) throws(OptionProblem) -> Void

    /// An option of any type; the default is the property's value in a fresh group.
    public init<Value: ConfigurationValue>(
        _ name: String, _ path: WritableKeyPath<Group, Value> & Sendable, unit: String? = nil, help: String,
        changesResults: Bool = true
    ) {
        self.init(name, path, nil, unit, help, changesResults) { _ in true }
    }

    /// A number within `range`.
    public init<Range: ConfigurationRange & Sendable>(
        _ name: String, _ path: WritableKeyPath<Group, Range.Bound> & Sendable, in range: Range, unit: String? = nil,
        help: String, changesResults: Bool = true
    ) where Range.Bound: ConfigurationValue {
        self.init(name, path, range.words, unit, help, changesResults) { range.contains($0) }
    }

    /// One of several texts that are known only as a list (names of a catalogue).
    public init(
        _ name: String, _ path: WritableKeyPath<Group, String> & Sendable, oneOf choices: [String], help: String,
        changesResults: Bool = true
    ) {
        self.init(name, path, choices.joined(separator: ", "), nil, help, changesResults) { choices.contains($0) }
    }

    private init<Value: ConfigurationValue>(
        _ name: String, _ path: WritableKeyPath<Group, Value> & Sendable, _ allowed: String?, _ unit: String?, _ help: String,
        _ changesResults: Bool, _ isAllowed: @escaping @Sendable (Value) -> Bool
    ) {
        let read: @Sendable (ConfigurationInput) throws(OptionProblem) -> Value = { input throws(OptionProblem) in
            guard let value = Value(input) else { throw .wrongType }
            guard isAllowed(value) else { throw .outOfRange }
            return value
        }
        let defaultValue = Group()[keyPath: path]
        precondition(isAllowed(defaultValue), "\(name): the default \(defaultValue) is not allowed")
        declaration = OptionDeclaration(
            name: name, expectation: Value.expectation, allowed: allowed, defaultValue: defaultValue.json, unit: unit, help: help,
            changesResults: changesResults, check: { input throws(OptionProblem) in try read(input).json })
        assign = { group, input throws(OptionProblem) in group[keyPath: path] = try read(input) }
    }
}
