import Files

/// What stands in a plugin's file behind the library: who it is and what it was built against, readable without loading it.
///
/// The file is the library, padded to 16 bytes, then 16 bytes of magic, the length of a JSON object as 8 bytes, and the object.
public struct PluginRecord: Sendable, Equatable {
    /// A method as the record describes it.
    public struct MethodSummary: Sendable, Equatable {
        /// What the manifest says.
        public let name: String, summary: String, paper: String
        /// The method's options as a table for people.
        public let help: String

        init(name: String, summary: String, paper: String, help: String) {
            self.name = name
            self.summary = summary
            self.paper = paper
            self.help = help
        }

        /// What `method` says of itself. Throws what `ConfigurationSchema.helpTable` throws.
        init(_ method: any Method.Type, plugin: String? = nil) throws {
            self.init(
                name: method.manifest.name, summary: method.manifest.summary, paper: method.manifest.paper,
                help: try ConfigurationSchema.helpTable(of: method, plugin: plugin))
        }
    }

    /// The name: that of the first method.
    public var name: String
    /// The author's version, and one line about it.
    public var version: String, summary: String
    /// The Swift module, and the symbol of the entry point.
    public var module: String, entry: String
    /// The methods.
    public var methods: [MethodSummary]
    /// What it was built against.
    public var kit: KitIdentity
    /// The oldest kit that it works with.
    public var minimumKit: String
    /// SHA-256 of the library.
    public var library: String

    /// Whether the plugin or one of its methods is called `name`.
    func hasName(_ name: String) -> Bool { self.name == name || methods.contains { $0.name == name } }

    static let magic = Array("semisup plugin\u{1}\n".utf8)

    /// The object in the file.
    var json: JSON {
        .object([
            ("name", .string(name)), ("version", .string(version)), ("summary", .string(summary)),
            ("module", .string(module)), ("entry", .string(entry)), ("interface", .integer(kit.interface)),
            ("kit", .string(kit.version)), ("minimumKit", .string(minimumKit)), ("compiler", .string(kit.compiler)),
            ("configuration", .string(kit.configuration)), ("layout", .string(kit.layout)), ("library", .string(library)),
            (
                "methods",
                .array(
                    methods.map {
                        .object([
                            ("name", .string($0.name)), ("summary", .string($0.summary)), ("paper", .string($0.paper)),
                            ("help", .string($0.help)),
                        ])
                    })
            ),
        ])
    }

    /// Reads the object; nil where a field is missing.
    init?(_ json: JSON) {
        func text(_ name: String) -> String? { json[name]?.stringValue }
        guard let name = text("name"), let version = text("version"), let summary = text("summary"),
            let module = text("module"), let entry = text("entry"), let interface = json["interface"]?.integerValue,
            let kit = text("kit"), let minimumKit = text("minimumKit"), let compiler = text("compiler"),
            let configuration = text("configuration"), let layout = text("layout"), let library = text("library"),
            let methods = json["methods"]?.arrayValue
        else { return nil }
        self.init(
            name: name, version: version, summary: summary, module: module, entry: entry,
            methods: methods.compactMap { method in
                guard let name = method["name"]?.stringValue, let summary = method["summary"]?.stringValue,
                    let paper = method["paper"]?.stringValue, let help = method["help"]?.stringValue
                else { return nil }
                return MethodSummary(name: name, summary: summary, paper: paper, help: help)
            },
            kit: KitIdentity(
                interface: interface, version: kit, compiler: compiler, configuration: configuration, layout: layout),
            minimumKit: minimumKit, library: library)
    }

    init(
        name: String, version: String, summary: String, module: String, entry: String, methods: [MethodSummary],
        kit: KitIdentity, minimumKit: String, library: String
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.module = module
        self.entry = entry
        self.methods = methods
        self.kit = kit
        self.minimumKit = minimumKit
        self.library = library
    }
}

// MARK: In the file

extension PluginRecord {
    /// Where the record of a library of `length` bytes begins.
    static func position(after length: Int) -> Int { (length + 15) / 16 * 16 }

    /// The bytes of a file: the library, and the record behind it.
    func sealed(_ library: ArraySlice<UInt8>) -> [UInt8] {
        let text = Array(json.serialized().utf8)
        let padding = [UInt8](repeating: 0, count: PluginRecord.position(after: library.count) - library.count)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return Array(library) + padding + PluginRecord.magic + length + text
    }

    /// What stands behind the library of `length` bytes.
    enum Reading {
        case record(PluginRecord)
        case none
        case damaged
    }

    static func read(_ bytes: [UInt8], after length: Int) -> Reading {
        let start = position(after: length)
        guard bytes.count > start else { return .none }
        let head = bytes[start...].prefix(24)
        guard head.count == 24 else { return .damaged }
        guard head.starts(with: magic) else { return .none }
        let count = head.suffix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let text = bytes[(start + 24)...]
        guard text.count == count, let json = try? JSON(parsing: Array(text)), let record = PluginRecord(json) else {
            return .damaged
        }
        return .record(record)
    }
}
