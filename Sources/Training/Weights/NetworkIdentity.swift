import Files
import Networks

/// Which network weights belong to: what weight files of semisup say about themselves.
public struct NetworkIdentity: Sendable {
    /// The options of the backbone.
    public let backbone: BackboneOptions
    /// The clips that it takes, as far as `settings` has them; else the defaults.
    public let clip: ClipOptions
    /// The classes in index order; empty where they are not known by name.
    public let classes: [String]
    /// The options as texts by their dotted names: all of the backbone, of the clips those that are known.
    public let settings: [String: String]

    private static let schema = ConfigurationSchema([BackboneOptions.self, ClipOptions.self])

    /// The network that `settings`, each `key=value`, describe. Throws `ConfigurationError`.
    public init(settings: [String], classes: [String] = []) throws(ConfigurationError) {
        self.init(try Self.schema.resolve([.commandLine(settings)]), classes: classes)
    }

    /// This network with other options, each `key=value`. Throws `ConfigurationError`.
    public func replacing(_ settings: [String]) throws(ConfigurationError) -> NetworkIdentity {
        let own = self.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return try NetworkIdentity(settings: own + settings, classes: classes)
    }

    /// The network of a run.
    init(_ record: RunRecord, _ configuration: Configuration) {
        self.init(configuration, classes: record.classes, isRun: true)
    }

    private init(_ configuration: Configuration, classes: [String], isRun: Bool = false) {
        backbone = configuration[BackboneOptions.self]
        clip = configuration[ClipOptions.self]
        self.classes = classes
        let known = Self.schema.declarations.map(\.name).filter { name in
            isRun || !name.hasPrefix("clip.") || configuration[name]?.origin.isWritten == true
        }
        settings = Dictionary(
            uniqueKeysWithValues: known.compactMap { name in configuration[name].map { (name, Configuration.text($0.value)) } })
    }

    /// The entry of the catalogue.
    public var entry: BackboneEntry {
        get throws(UnknownBackbone) { try BackboneCatalogue.entry(named: backbone.name) }
    }

    /// The options with which the entry makes the backbone.
    public var options: Networks.BackboneOptions { .init(width: backbone.width, depth: backbone.depth) }

    /// `r3d18`, with the options that change its shape where they are not 1.
    public var words: String {
        backbone.name + (backbone.width == 1 ? "" : " backbone.width=\(backbone.width)")
            + (backbone.depth == 1 ? "" : " backbone.depth=\(backbone.depth)")
    }
}

// MARK: In files

extension NetworkIdentity {
    private static let format = "weights 1"
    private static let formatKey = "semisup", classesKey = "classes", partKey = "part"

    /// The texts that a file of `part` of the network has beside its tensors; `format` is what other libraries look for.
    func metadata(of part: WeightPart) -> [String: String] {
        var texts = settings
        if part == .backbone { texts[Self.partKey] = part.rawValue }
        texts["format"] = "pt"
        texts[Self.formatKey] = Self.format
        if !classes.isEmpty { texts[Self.classesKey] = JSON.array(classes.map(JSON.string)).serialized() }
        return texts
    }

    /// What of a network a file says that it holds; all where it does not say.
    static func part(metadata: [String: String]) -> WeightPart {
        metadata[formatKey] == format ? metadata[partKey].flatMap(WeightPart.init) ?? .all : .all
    }

    /// What a file says about itself; nil where it does not.
    init?(metadata: [String: String]) {
        guard metadata[Self.formatKey] == Self.format else { return nil }
        let known = Self.schema.known(metadata.map { "\($0.key)=\($0.value)" })
        guard let configuration = try? Self.schema.resolve([.commandLine(known)]) else { return nil }
        let classes = metadata[Self.classesKey].flatMap {
            try? JSON(parsing: Array($0.utf8)).arrayValue?.compactMap(\.stringValue)
        }
        self.init(configuration, classes: classes ?? [])
    }
}
